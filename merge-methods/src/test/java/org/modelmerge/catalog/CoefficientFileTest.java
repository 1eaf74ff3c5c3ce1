package org.modelmerge.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.modelmerge.adamerging.CoefficientTable;
import org.modelmerge.adamerging.Granularity;
import org.modelmerge.checkpoint.Shape;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.testing.TinyCheckpoint;

final class CoefficientFileTest {
    private static final String JSON = """
        {"schema": 1, "granularity": "layer", "tasks": ["a", "b"],
         "rows": {"w": [0.3, 1], "v": [-0.5, 1e-3]}}
        """;

    @TempDir
    Path temp;

    private Path json(String text) throws IOException {
        return Files.writeString(temp.resolve("lambda.json"), text);
    }

    private Path tensors(TinyCheckpoint checkpoint) throws IOException {
        return checkpoint.write(temp.resolve("lambda.safetensors"));
    }

    private static TinyCheckpoint lambda(long rows, long columns, float... values) {
        return new TinyCheckpoint().floats("lambda", Shape.of(rows, columns), values);
    }

    private static MergeException failure(Path file, Path names) {
        return Objects.requireNonNull(
                catchThrowableOfType(MergeException.class, () -> CoefficientFile.read(file, names)),
                "nothing was refused");
    }

    @Test
    void readsJson() throws Exception {
        CoefficientTable table = CoefficientFile.read(json(JSON), null);

        assertThat(table.granularity()).isEqualTo(Granularity.LAYER);
        assertThat(table.tasks()).containsExactly("a", "b");
        assertThat(table.rows()).isEqualTo(Map.of("w", List.of(0.3f, 1f), "v", List.of(-0.5f, 0.001f)));
        assertThat(table.rows().keySet()).containsExactly("w", "v");
        assertThat(table.named()).isTrue();
    }

    @Test
    void readsJsonAfterWhiteSpace() throws Exception {
        assertThat(CoefficientFile.read(json("\n \t" + JSON), null)).isEqualTo(CoefficientFile.read(json(JSON), null));
    }

    @Test
    void readsTaskWiseJson() throws Exception {
        CoefficientTable table = CoefficientFile.read(
                json("{\"schema\":1,\"granularity\":\"task\",\"tasks\":[\"a\"],\"rows\":{\"*\":[0.25]}}"), null);

        assertThat(table.granularity()).isEqualTo(Granularity.TASK);
        assertThat(table.rows()).isEqualTo(Map.of("*", List.of(0.25f)));
    }

    @Test
    void readsUnnamedRowsOfSafetensors() throws Exception {
        CoefficientTable table = CoefficientFile.read(tensors(lambda(2, 2, 1f, 2f, 3f, 4f)), null);

        assertThat(table.granularity()).isEqualTo(Granularity.LAYER);
        assertThat(table.named()).isFalse();
        assertThat(table.tasks()).isEmpty();
        assertThat(table.rows().values()).containsExactly(List.of(1f, 2f), List.of(3f, 4f));
    }

    @Test
    void readsRowNamesFromMetadata() throws Exception {
        CoefficientTable table =
                CoefficientFile.read(tensors(lambda(2, 1, 1f, 2f).metadata("rows", "[\"w\", \"v\"]")), null);

        assertThat(table.named()).isTrue();
        assertThat(table.rows()).isEqualTo(Map.of("w", List.of(1f), "v", List.of(2f)));
    }

    @Test
    void readsRowNamesFromAFileWhichWinOverMetadata() throws Exception {
        Path names = Files.writeString(temp.resolve("names.txt"), "x.weight\n\n  y.bias \n");

        CoefficientTable table =
                CoefficientFile.read(tensors(lambda(2, 1, 1f, 2f).metadata("rows", "[\"w\", \"v\"]")), names);

        assertThat(table.rows().keySet()).containsExactly("x.weight", "y.bias");
    }

    @Test
    void readsOneRowAsTaskWise() throws Exception {
        CoefficientTable table = CoefficientFile.read(tensors(lambda(1, 3, 1f, 2f, 3f)), null);

        assertThat(table.granularity()).isEqualTo(Granularity.TASK);
        assertThat(table.rows()).isEqualTo(Map.of("*", List.of(1f, 2f, 3f)));
    }

    @Test
    void readsOneNamedRowAsThatTensors() throws Exception {
        CoefficientTable table = CoefficientFile.read(tensors(lambda(1, 1, 1f).metadata("rows", "[\"w\"]")), null);

        assertThat(table.granularity()).isEqualTo(Granularity.LAYER);
        assertThat(table.rows()).isEqualTo(Map.of("w", List.of(1f)));
    }

    @Test
    void readsOtherDTypesAndTheOfficialName() throws Exception {
        CoefficientTable table = CoefficientFile.read(
                tensors(new TinyCheckpoint().doubles("lambda_raw", Shape.of(1, 2), 0.3, 0.5)), null);

        assertThat(table.rows()).isEqualTo(Map.of("*", List.of(0.3f, 0.5f)));
    }

    /// The low byte of a header's length may be the one that starts JSON text.
    @Test
    void takesNoSafetensorsFileForJson() throws Exception {
        for (int length = 0; length < 260; length++) {
            Path file = tensors(lambda(1, 1, 0.5f).metadata("pad", "x".repeat(length)));
            assertThat(CoefficientFile.read(file, null).rows()).isEqualTo(Map.of("*", List.of(0.5f)));
        }
    }

    static Stream<Arguments> broken() {
        String rows = ",\"tasks\":[\"a\"],\"rows\":{\"w\":[1]}}";
        return Stream.of(
                Arguments.of("[]", "no safetensors"),
                Arguments.of("{}", "schema (got null, expected 1)"),
                Arguments.of("{\"schema\":2,\"granularity\":\"layer\"" + rows, "schema (got 2, expected 1)"),
                Arguments.of(
                        "{\"schema\":\"a\\nb\",\"granularity\":\"layer\"" + rows, "schema (got a\\u000ab, expected 1)"),
                Arguments.of("{\"schema\":1,\"granularity\":\"tensor\"" + rows, "got tensor, expected layer or task"),
                Arguments.of("{\"schema\":1,\"granularity\":\"layer\",\"extra\":0" + rows, "unknown key extra"),
                Arguments.of("{\"schema\":1,\"granularity\":\"task\"" + rows, "the single row"),
                Arguments.of(
                        "{\"schema\":1,\"granularity\":\"layer\",\"tasks\":[1],\"rows\":{\"w\":[1]}}",
                        "tasks is no list of names"),
                Arguments.of("{\"schema\":1,\"granularity\":\"layer\",\"tasks\":[],\"rows\":{}}", "at least one row"),
                Arguments.of(
                        "{\"schema\":1,\"granularity\":\"layer\",\"tasks\":[\"a\"],\"rows\":{\"w\":[1,2]}}",
                        "row w is no list of 1 numbers"),
                Arguments.of(
                        "{\"schema\":1,\"granularity\":\"layer\",\"tasks\":[\"a\"],\"rows\":{\"w\":[\"1\"]}}",
                        "something else than finite numbers"),
                Arguments.of(
                        "{\"schema\":1,\"granularity\":\"layer\",\"tasks\":[\"a\"],\"rows\":{\"w\":[1e39]}}",
                        "something else than finite numbers"),
                Arguments.of("{\"schema\":1,\"schema\":1,\"granularity\":\"layer\"" + rows, "schema"));
    }

    @ParameterizedTest
    @MethodSource("broken")
    void refusesBrokenJson(String text, String problem) throws Exception {
        Path file = json(text);

        MergeException e = failure(file, null);

        assertThat(e.code().exitCode()).isEqualTo(3);
        assertThat(e.file()).isEqualTo(file.toString());
        if (text.startsWith("{")) {
            assertThat(e.code()).isEqualTo(ErrorCode.MALFORMED);
            assertThat(e.problem()).contains(problem);
        }
    }

    static Stream<Arguments> brokenTables() {
        return Stream.of(
                Arguments.of(new TinyCheckpoint().floats("mu", Shape.of(1, 1), 1f), "no tensor lambda or lambda_raw"),
                Arguments.of(new TinyCheckpoint().floats("lambda", Shape.of(1), 1f), "got F32 [1], expected floats"),
                Arguments.of(new TinyCheckpoint().longs("lambda", Shape.of(1, 1), 1), "got I64 [1, 1]"),
                Arguments.of(new TinyCheckpoint().floats("lambda", Shape.of(0, 4)), "got F32 [0, 4]"),
                Arguments.of(lambda(1, 2, 1f, Float.NaN), "coefficient [0, 1] is not finite (got NaN)"),
                Arguments.of(lambda(2, 1, 1f, 2f).metadata("rows", "[\"w\"]"), "got 1 row names, expected 2"),
                Arguments.of(lambda(2, 1, 1f, 2f).metadata("rows", "[\"w\",\"w\"]"), "two rows have one name"),
                Arguments.of(lambda(2, 1, 1f, 2f).metadata("rows", "{}"), "no JSON array of names"),
                Arguments.of(lambda(1, 1, 1f).metadata("rows", "[1]"), "no JSON array of names"));
    }

    @ParameterizedTest
    @MethodSource("brokenTables")
    void refusesABrokenTable(TinyCheckpoint checkpoint, String problem) throws Exception {
        Path file = tensors(checkpoint);

        MergeException e = failure(file, null);

        assertThat(e.code()).isEqualTo(ErrorCode.MALFORMED);
        assertThat(e.file()).isEqualTo(file.toString());
        assertThat(e.problem()).contains(problem);
    }

    @Test
    void refusesRowNamesForJson() throws Exception {
        MergeException e = failure(json(JSON), Files.writeString(temp.resolve("names.txt"), "w\nv\n"));

        assertThat(e.code()).isEqualTo(ErrorCode.USAGE);
    }

    @Test
    void refusesAnEmptyOrAbsentFile() throws Exception {
        assertThat(failure(json(""), null).code().exitCode()).isEqualTo(3);
        assertThat(failure(temp.resolve("absent"), null).code()).isEqualTo(ErrorCode.NOT_FOUND);
        Path names = temp.resolve("no-names");
        MergeException e = failure(tensors(lambda(1, 1, 1f)), names);
        assertThat(e.code()).isEqualTo(ErrorCode.NOT_FOUND);
        assertThat(e.file()).isEqualTo(names.toString());
    }

    @Test
    void refusesRowNamesThatAreNotUtf8() throws Exception {
        Path names = Files.write(temp.resolve("names.txt"), new byte[] {'w', (byte) 0xff, '\n'});

        MergeException e = failure(tensors(lambda(1, 1, 1f)), names);

        assertThat(e.code()).isEqualTo(ErrorCode.MALFORMED);
        assertThat(e.file()).isEqualTo(names.toString());
    }
}
