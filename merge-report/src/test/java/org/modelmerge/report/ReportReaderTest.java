package org.modelmerge.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;

class ReportReaderTest {
    private static final List<Map<String, String>> HASHES = List.of(
            Map.of("m.safetensors", TinyMerge.HEX),
            Map.of("m.safetensors", TinyMerge.HEX),
            Map.of("m.safetensors", TinyMerge.OTHER_HEX));

    @Test
    void readsBackWhatVerifyNeeds() throws MergeException {
        MergeReport report = MergeReport.of(
                TinyMerge.plan(),
                TinyMerge.result(Map.of("out.safetensors", TinyMerge.HEX), HASHES, TinyMerge.statistics()),
                TinyMerge.entry(),
                "out.safetensors");

        ReportReader.Contents contents = ReportReader.read(bytes(JsonReport.of(report)));

        assertThat(contents.output()).isEqualTo("out.safetensors");
        assertThat(contents.method()).isEqualTo("task-arithmetic");
        assertThat(contents.parameters()).isEqualTo(Map.of("lambda", 0.5));
        assertThat(contents.settings()).isEqualTo(Map.of("allow-extra", true));
        assertThat(contents.inputs()).isEqualTo(report.inputs());
        assertThat(contents.sha256()).isEqualTo(report.sha256());
    }

    @Test
    void readsInputsWithoutFullHashes() throws MergeException {
        assertThat(ReportReader.read(bytes(JsonReport.of(TinyMerge.report()))).inputs())
                .allSatisfy(input -> assertThat(input.sha256()).isEmpty());
    }

    @Test
    void refusesALaterSchema() {
        String json = JsonReport.of(TinyMerge.report()).replace("\"schema\": 1", "\"schema\": 2");

        MergeException refusal = catchThrowableOfType(MergeException.class, () -> ReportReader.read(bytes(json)));

        assertThat(refusal.code()).isEqualTo(ErrorCode.UNSUPPORTED_FORMAT);
        assertThat(refusal).hasMessage("report schema (got 2, expected 1)");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        "schema": 1,                | ``                      | missing key schema
        "schema": 1,                | "schema": 1.5,          | wrong value at schema (got 1.5, expected an integer from 0 on)
        "output": "out.safetensors" | "output": 7             | wrong value at output (got 7, expected text)
        "parameters": {             | "parameters": 3, "x": { | wrong value at parameters (got 3, expected a mapping)
        "size": 160                 | "size": -1              | wrong value at inputs[0].size (got -1, expected an integer from 0 on)
        "headerSha256": "01         | "headerSha256": "0Z     | 64 lower-case hex digits
        "inputs": [                 | "inputs": 1, "y": [     | wrong value at inputs (got 1, expected a list)
        "allow-extra": true         | "allow-extra": null     | settings.allow-extra has no value
        """)
    void refusesDamageNamingThePlace(String good, String bad, String message) {
        String json = JsonReport.of(TinyMerge.report());
        assertThat(json).contains(good);

        MergeException refusal = catchThrowableOfType(
                MergeException.class,
                () -> ReportReader.read(bytes(json.replaceFirst(Pattern.quote(good), Matcher.quoteReplacement(bad)))));

        assertThat(refusal.code()).isEqualTo(ErrorCode.MALFORMED);
        assertThat(refusal).hasMessageContaining(message);
    }

    @Test
    void refusesAReportThatWasCut() {
        String json = JsonReport.of(TinyMerge.report());

        MergeException refusal = catchThrowableOfType(
                MergeException.class, () -> ReportReader.read(bytes(json.substring(0, json.length() / 2))));

        assertThat(refusal.code()).isEqualTo(ErrorCode.MALFORMED);
    }

    private static byte[] bytes(String json) {
        return json.getBytes(StandardCharsets.UTF_8);
    }
}
