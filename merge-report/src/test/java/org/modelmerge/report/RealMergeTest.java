package org.modelmerge.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.modelmerge.catalog.MethodCatalog;
import org.modelmerge.checkpoint.Shape;
import org.modelmerge.engine.MergeJob;
import org.modelmerge.engine.MergeObserver;
import org.modelmerge.engine.MergeRequest;
import org.modelmerge.engine.MergeResult;
import org.modelmerge.error.MergeException;
import org.modelmerge.method.MergeMethod;
import org.modelmerge.testing.TinyCheckpoint;

class RealMergeTest {
    @TempDir
    private Path folder;

    @Test
    void reportsWhatTheEngineDid() throws IOException, MergeException {
        MergeReport report = merge("one", "task-arithmetic");

        assertThat(report.tensors()).isEqualTo(new MergeReport.TensorCounts(1, 1, 0));
        assertThat(report.elements()).isEqualTo(64);
        assertThat(report.tasks()).containsExactly("a", "b");
        assertThat(report.sha256()).hasSize(1);
        assertThat(HtmlReport.of(report))
                .contains(report.sha256().values().iterator().next());
        assertThat(ReportReader.read(bytes(JsonReport.of(report))).inputs()).isEqualTo(report.inputs());
    }

    @Test
    void leavesTheSameDocumentsAfterTheSameMerge() throws IOException, MergeException {
        MergeReport first = merge("one", "ties");
        MergeReport second = merge("two", "ties");

        for (MergeReport report : List.of(first, second)) {
            assertThat(HtmlReport.of(report)).doesNotContain(folder.toString());
            assertThat(JsonReport.of(report)).doesNotContain(folder.toString());
            assertThat(ModelCard.of(report)).doesNotContain(folder.toString());
        }
        assertThat(HtmlReport.of(first)).isEqualTo(HtmlReport.of(second));
        assertThat(JsonReport.of(first)).isEqualTo(JsonReport.of(second));
        assertThat(ModelCard.of(first)).isEqualTo(ModelCard.of(second));
    }

    @ParameterizedTest
    @ValueSource(strings = {"average", "task-arithmetic", "ties", "pcb"})
    void writesParametersThatBuildTheMethodAgain(String name) throws IOException, MergeException {
        MergeReport report = merge("one", name);

        Recipe recipe = RecipeFile.parse(bytes(RecipeFile.write(Recipe.of(report))));

        recipe.checkParameters(MethodCatalog.entry(name).parameters().stream()
                .map(parameter -> parameter.name())
                .toList());
        Map<String, Object> own = new LinkedHashMap<>(recipe.parameters());
        own.keySet().removeAll(Recipe.SETTINGS);
        assertThat(MethodCatalog.create(recipe.method(), own).parameters())
                .isEqualTo(MethodCatalog.create(name, Map.of()).parameters());
    }

    @Test
    void checksModelsWithoutWritingThem() throws IOException, MergeException {
        try (MergeJob job = MergeJob.open(request("task-arithmetic"))) {
            CheckReport check = CheckReport.of(job.plan(), job.measure(MergeObserver.NONE));

            assertThat(check.mergeable()).isTrue();
            assertThat(check.experts()).extracting(CheckReport.Expert::dtypes).allSatisfy(dtypes -> assertThat(dtypes)
                    .startsWith("F32 (1)"));
            assertThat(HtmlReport.of(check)).contains("likely the same base");
        }
    }

    private MergeReport merge(String run, String method) throws IOException, MergeException {
        Path output = Files.createDirectories(folder.resolve(run));
        try (MergeJob job = MergeJob.open(request(method))) {
            MergeResult result = job.run(output, MergeObserver.NONE);
            return MergeReport.of(job.plan(), result, MethodCatalog.entry(method), "merged");
        }
    }

    private MergeRequest request(String name) throws IOException, MergeException {
        MergeMethod method = MethodCatalog.create(name, Map.of());
        return MergeRequest.of(
                method, model("base", 0, 0), List.of(model("a", 0.001f, 0), model("b", 0.0005f, -0.03f)));
    }

    /// Element i is i + square * i^2 + linear * i: enough different values for every method's statistics.
    private Path model(String name, float square, float linear) throws IOException {
        float[] values = new float[64];
        for (int i = 0; i < values.length; i++) {
            values[i] = i + square * i * i + linear * i;
        }
        return new TinyCheckpoint()
                .floats("w.0.weight", Shape.of(values.length), values)
                .longs("ids", Shape.of(1), 7)
                .write(folder.resolve(name + ".safetensors"));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
