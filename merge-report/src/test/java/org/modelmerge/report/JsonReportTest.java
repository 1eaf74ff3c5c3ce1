package org.modelmerge.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.modelmerge.error.MergeException;
import org.modelmerge.json.StrictJson;

class JsonReportTest {
    @Test
    void writesTheReportOfATinyMergeAsDocumented() throws IOException {
        assertThat(JsonReport.of(TinyMerge.report())).isEqualTo(resource("tiny.report.json"));
    }

    @Test
    void summarisesWithTheOutputAsGivenAndWithoutStatistics() throws MergeException {
        Map<?, ?> summary = parse(JsonReport.summary(TinyMerge.report(), "some/out.safetensors", "some/out.report"));

        assertThat(summary.keySet().stream().map(Object::toString))
                .containsExactly(
                        "schema",
                        "output",
                        "method",
                        "parameters",
                        "tasks",
                        "tensors",
                        "elements",
                        "bytesRead",
                        "bytesWritten",
                        "sha256",
                        "report",
                        "warnings");
        assertThat(summary.get("output")).isEqualTo("some/out.safetensors");
        assertThat(summary.get("report")).isEqualTo("some/out.report");
        assertThat(summary.get("tensors")).isEqualTo(Map.of("merged", 1L, "copied", 1L, "dropped", 1L));
    }

    @Test
    void saysNullWhereNoReportWasWritten() throws MergeException {
        Map<?, ?> summary = parse(JsonReport.summary(TinyMerge.report(), "out", null));

        assertThat(summary.containsKey("report")).isTrue();
        assertThat(summary.get("report")).isNull();
    }

    @Test
    void leavesStatisticsOutWhenTheyWereNotMeasured() throws MergeException {
        MergeReport report =
                MergeReport.of(TinyMerge.plan(), TinyMerge.result(Map.of(), List.of(), null), TinyMerge.entry(), "out");

        assertThat(parse(JsonReport.of(report)).keySet().stream().map(Object::toString))
                .contains("inputs", "warnings")
                .doesNotContain("perTask", "cosines", "perTensor", "layers");
    }

    @Test
    void keepsHostileNamesWhole() throws MergeException {
        Map<?, ?> json = parse(JsonReport.of(SampleReports.report(
                List.of(SampleReports.HOSTILE_TASK, SampleReports.EMOJI_NAME),
                List.of(SampleReports.HOSTILE_TENSOR, SampleReports.LONG_NAME),
                Map.of(),
                List.of())));

        assertThat(json.get("tasks")).isEqualTo(List.of(SampleReports.HOSTILE_TASK, SampleReports.EMOJI_NAME));
        assertThat((List<?>) json.get("perTensor"))
                .map(tensor -> ((Map<?, ?>) tensor).get("name"))
                .isEqualTo(List.of(SampleReports.HOSTILE_TENSOR, SampleReports.LONG_NAME));
    }

    @Test
    void writesACheckWithoutMergedWeights() throws MergeException {
        CheckReport check = CheckReport.of(TinyMerge.plan(), TinyMerge.result());

        Map<?, ?> json = parse(JsonReport.of(check));

        assertThat(json.get("mergeable")).isEqualTo(true);
        assertThat(json.get("verdict")).isEqualTo("These models can be merged.");
        Map<?, ?> tensor = (Map<?, ?>) ((List<?>) Objects.requireNonNull(json.get("perTensor"))).getFirst();
        assertThat(tensor.keySet().stream().map(Object::toString))
                .containsExactly("name", "shape", "norms", "signAgreement");
        assertThat(json.keySet().stream().map(Object::toString)).doesNotContain("output", "mergedNorm", "topChanged");
    }

    private static Map<?, ?> parse(String json) throws MergeException {
        return (Map<?, ?>) Objects.requireNonNull(StrictJson.parse(json.getBytes(StandardCharsets.UTF_8)));
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = JsonReportTest.class.getResourceAsStream(name)) {
            return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
