package org.modelmerge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.modelmerge.checkpoint.Shape;
import org.modelmerge.testing.TinyOnnx;

final class ImportOnnxTest {
    @TempDir
    Path directory;

    @BeforeEach
    void writeModel() throws IOException {
        new TinyOnnx()
                .node("MatMul", "/encoder/query/MatMul", "x", "onnx::MatMul_1")
                .node("Div", "/encoder/Div", "y", "onnx::Div_2")
                .floats("encoder.query.bias", Shape.of(2), 1, 2)
                .floats("onnx::MatMul_1", Shape.of(3, 2), 1, 2, 3, 4, 5, 6)
                .floats("onnx::Div_2", Shape.of(), 8)
                .write(directory.resolve("model.onnx"));
    }

    @Test
    void writesAFileNamedLikeTheModelAndSaysWhatItDid() throws IOException {
        Cli.Result result = Cli.in(directory).run("import-onnx", "model.onnx");

        assertThat(result.exit()).as(result.err()).isZero();
        assertThat(result.out()).isEqualTo(directory.resolve("model.safetensors") + "\n");
        assertThat(result.errorLines())
                .contains("tensors  2 imported, 1 of them renamed, 1 transposed; 1 left out")
                .anySatisfy(line -> assertThat(line).startsWith("source   ").endsWith(" B, by tiny 1.0"))
                .anySatisfy(line -> assertThat(line).startsWith("values   8, "));
        assertThat(Cli.in(directory).names()).containsExactly("model.onnx", "model.safetensors");
    }

    @Test
    void givesEveryTensorALineOnRequest() {
        Cli.Result result = Cli.in(directory).run("import-onnx", "-v", "model.onnx", "-o", "out.safetensors");

        assertThat(result.errorLines())
                .containsSubsequence(
                        "import   encoder.query.bias F32 [2]",
                        "import   encoder.query.weight F32 [2, 3] from onnx::MatMul_1, transposed",
                        "leave    onnx::Div_2: a constant of Div");
    }

    @Test
    void printsOneDocumentWithJson() {
        Cli.Result result = Cli.in(directory).run("import-onnx", "--json", "-q", "model.onnx", "-o", "out");

        assertThat(result.exit()).isZero();
        assertThat(result.err()).isEmpty();
        assertThat(result.out())
                .startsWith("{\"schema\":1,\"output\":\"" + directory.resolve("out") + "\",\"sources\":[{\"name\":"
                        + "\"model.onnx\",\"sizeBytes\":")
                .contains("\"tensors\":{\"imported\":2,\"renamed\":1,\"transposed\":1,\"leftOut\":1},\"elements\":8,")
                .contains("\"sha256\":{\"model.safetensors\":\"")
                .contains("{\"name\":\"encoder.query.weight\",\"onnxName\":\"onnx::MatMul_1\",\"dtype\":\"F32\","
                        + "\"shape\":[2,3],\"transposed\":true}")
                .endsWith("\"leftOut\":[{\"onnxName\":\"onnx::Div_2\",\"reason\":\"a constant of Div\"}],"
                        + "\"warnings\":[]}\n");
    }

    @Test
    void makesAModelThatTheOtherCommandsRead() {
        Cli cli = Cli.in(directory);
        cli.run("import-onnx", "model.onnx", "-o", "a");
        cli.run("import-onnx", "model.onnx", "-o", "b.safetensors");

        assertThat(cli.run("diff", "a", "b.safetensors").exit()).isZero();
        assertThat(cli.run("verify", "b.safetensors").exit()).isZero();
    }

    @Test
    void refusesABrokenFileWithOneLineAndLeavesNothing() throws IOException {
        byte[] bytes = Files.readAllBytes(directory.resolve("model.onnx"));
        Files.write(directory.resolve("model.onnx"), Arrays.copyOf(bytes, bytes.length / 2));

        Cli.Result result = Cli.in(directory).run("import-onnx", "model.onnx");

        assertThat(result.exit()).isEqualTo(3);
        assertThat(result.errorLines())
                .singleElement()
                .asString()
                .startsWith("merge: " + directory.resolve("model.onnx") + ": not a well-formed ONNX file: at byte ");
        assertThat(Cli.in(directory).names()).containsExactly("model.onnx");
    }

    @Test
    void takesOneFile() {
        for (List<String> words : List.of(List.of("import-onnx"), List.of("import-onnx", "a.onnx", "b.onnx"))) {
            Cli.Result result = Cli.in(directory).run(words.toArray(String[]::new));

            assertThat(result.exit()).isEqualTo(2);
            assertThat(result.err()).endsWith("expected one ONNX file\n");
        }
    }

    @Test
    void isNamedWhereAModelIsExpected() {
        Cli.Result result = Cli.in(directory).run("inspect", "model.onnx");

        assertThat(result.exit()).isEqualTo(3);
        assertThat(result.errorLines().getLast()).isEqualTo("hint: merge import-onnx makes a safetensors file of it");
    }
}
