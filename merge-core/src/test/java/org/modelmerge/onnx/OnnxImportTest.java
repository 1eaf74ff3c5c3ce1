package org.modelmerge.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.modelmerge.checkpoint.Checkpoint;
import org.modelmerge.checkpoint.DType;
import org.modelmerge.checkpoint.Hashes;
import org.modelmerge.checkpoint.LocalStorage;
import org.modelmerge.checkpoint.NameFilter;
import org.modelmerge.checkpoint.Shape;
import org.modelmerge.checkpoint.Storage;
import org.modelmerge.checkpoint.StoredTensor;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.testing.FaultyStorage;
import org.modelmerge.testing.ProtoMessage;
import org.modelmerge.testing.TinyOnnx;

final class OnnxImportTest {
    @TempDir
    Path folder;

    private ImportRequest request(Storage storage, String output, boolean force, NameFilter filter) {
        return new ImportRequest(
                storage, folder.resolve("model.onnx"), folder.resolve(output), force, filter, 1000, "1.2.3");
    }

    private ImportOutcome run(ImportRequest request) throws MergeException {
        try (OnnxImport weights = OnnxImport.open(request)) {
            return weights.run(_ -> {});
        }
    }

    /// Imports into `out.safetensors`.
    ///
    /// @return tensor name to dtype, shape and bytes in hexadecimal digits
    private Map<String, String> imported(TinyOnnx model) throws Exception {
        model.write(folder.resolve("model.onnx"));
        run(request(LocalStorage.INSTANCE, "out.safetensors", true, NameFilter.ALL));
        return contents("out.safetensors");
    }

    private Map<String, String> contents(String output) throws MergeException {
        Map<String, String> contents = new TreeMap<>();
        try (Checkpoint checkpoint = Checkpoint.open(folder.resolve(output))) {
            for (StoredTensor tensor : checkpoint.tensors().values()) {
                ByteBuffer bytes = ByteBuffer.allocate((int) tensor.info().byteCount());
                tensor.shard().source().read(bytes, tensor.fileOffset());
                contents.put(
                        tensor.info().name(),
                        tensor.info().dtype() + " " + tensor.info().shape() + " "
                                + HexFormat.of().formatHex(bytes.array()));
            }
        }
        return contents;
    }

    private static String hex(float... values) {
        return HexFormat.of().formatHex(TinyOnnx.bytes(values));
    }

    private MergeException refusal(TinyOnnx model) throws Exception {
        return refusal(model.toBytes());
    }

    private MergeException refusal(byte[] model) throws Exception {
        Files.write(folder.resolve("model.onnx"), model);
        MergeException refusal = catchThrowableOfType(
                MergeException.class,
                () -> run(request(LocalStorage.INSTANCE, "out.safetensors", false, NameFilter.ALL)));
        assertThat(refusal).isNotNull();
        assertThat(refusal.code().exitCode()).isEqualTo(3);
        assertThat(refusal.file()).isEqualTo(folder.resolve("model.onnx").toString());
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left.map(path -> path.getFileName().toString()).filter(name -> !name.startsWith("model.")))
                    .isEmpty();
        }
        return refusal;
    }

    @Test
    void keepsNamesThatSaySomethingAndTheirLayout() throws Exception {
        TinyOnnx model = new TinyOnnx()
                .node("Gather", "/embeddings/word/Gather", "embeddings.word.weight", "ids")
                .node("MatMul", "/visual/MatMul", "x", "visual.proj")
                .floats("embeddings.word.weight", Shape.of(2, 2), 1, 2, 3, 4)
                .floats("visual.proj", Shape.of(1, 2), 5, 6)
                .floats("logit_scale", Shape.of(), 7);

        assertThat(imported(model))
                .containsExactly(
                        Map.entry("embeddings.word.weight", "F32 [2, 2] " + hex(1, 2, 3, 4)),
                        Map.entry("logit_scale", "F32 [] " + hex(7)),
                        Map.entry("visual.proj", "F32 [1, 2] " + hex(5, 6)));
    }

    @Test
    void namesAFoldedWeightAfterTheModuleOfItsNodeAndTransposesIt() throws Exception {
        TinyOnnx model = new TinyOnnx()
                .node("MatMul", "/encoder/layer.0/attention/self/query/MatMul", "x", "onnx::MatMul_787")
                .floats("onnx::MatMul_787", Shape.of(2, 3), 1, 2, 3, 4, 5, 6);

        assertThat(imported(model))
                .containsExactly(Map.entry(
                        "encoder.layer.0.attention.self.query.weight", "F32 [3, 2] " + hex(1, 4, 2, 5, 3, 6)));
    }

    @Test
    void namesAFoldedWeightAfterTheModuleInTheMetadataOfItsNode() throws Exception {
        TinyOnnx model = new TinyOnnx()
                .nodeInScopes("['', 'encoder', 'encoder.query', 'linear_3']", "MatMul", "node_MatMul_9", "x", "val_75")
                .floats("val_75", Shape.of(2, 3), 1, 2, 3, 4, 5, 6);

        assertThat(imported(model))
                .containsExactly(Map.entry("encoder.query.weight", "F32 [3, 2] " + hex(1, 4, 2, 5, 3, 6)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"['', 'encoder', 'matmul']", "['', 'linear']", "linear", "[]", ""})
    void refusesAWeightWhoseMetadataNamesNoLinearLayer(String scopes) throws Exception {
        MergeException refusal = refusal(new TinyOnnx()
                .nodeInScopes(scopes, "MatMul", "node_MatMul_9", "x", "val_75")
                .floats("val_75", Shape.of(1, 1), 1));

        assertThat(refusal.problem()).contains("got MatMul \"node_MatMul_9\"");
    }

    @Test
    void takesNodesThatFollowTheirWeights() throws Exception {
        TinyOnnx model = new TinyOnnx()
                .floats("onnx::MatMul_1", Shape.of(1, 2), 1, 2)
                .node("MatMul", "/a/MatMul", "x", "onnx::MatMul_1");

        assertThat(imported(model)).containsExactly(Map.entry("a.weight", "F32 [2, 1] " + hex(1, 2)));
    }

    @Test
    void transposesTheWeightOfAGemmOnlyWhereTheGemmDoesNot() throws Exception {
        TinyOnnx model = new TinyOnnx()
                .nodeWith("transB", 1, "Gemm", "/a/Gemm", "x", "onnx::Gemm_1", "onnx::Gemm_2")
                .node("Gemm", "/b/Gemm", "x", "onnx::Gemm_3")
                .floats("onnx::Gemm_1", Shape.of(1, 2), 1, 2)
                .floats("onnx::Gemm_2", Shape.of(1), 3)
                .floats("onnx::Gemm_3", Shape.of(1, 2), 4, 5);

        assertThat(imported(model))
                .containsExactly(
                        Map.entry("a.bias", "F32 [1] " + hex(3)),
                        Map.entry("a.weight", "F32 [1, 2] " + hex(1, 2)),
                        Map.entry("b.weight", "F32 [2, 1] " + hex(4, 5)));
    }

    @Test
    void givesASharedWeightToEveryModuleButOnceToOneThatIsCalledTwice() throws Exception {
        TinyOnnx model = new TinyOnnx()
                .node("MatMul", "/a/MatMul", "x", "onnx::MatMul_1")
                .node("MatMul", "/a/MatMul_1", "y", "onnx::MatMul_1")
                .node("MatMul", "/b/MatMul", "z", "onnx::MatMul_1")
                .floats("onnx::MatMul_1", Shape.of(2, 1), 1, 2);

        assertThat(imported(model))
                .containsExactly(
                        Map.entry("a.weight", "F32 [1, 2] " + hex(1, 2)),
                        Map.entry("b.weight", "F32 [1, 2] " + hex(1, 2)));
    }

    @Test
    void namesWeightsOfFoldedConvolutionsAndWarns() throws Exception {
        new TinyOnnx()
                .node("Conv", "/stem/conv/Conv", "x", "onnx::Conv_1", "onnx::Conv_2")
                .floats("onnx::Conv_1", Shape.of(1, 1, 1, 2), 1, 2)
                .floats("onnx::Conv_2", Shape.of(1), 3)
                .write(folder.resolve("model.onnx"));

        try (OnnxImport weights =
                OnnxImport.open(request(LocalStorage.INSTANCE, "out.safetensors", false, NameFilter.ALL))) {
            assertThat(weights.tensors())
                    .extracting(ImportedTensor::name)
                    .containsExactly("stem.conv.weight", "stem.conv.bias");
            assertThat(weights.warnings()).singleElement().asString().startsWith("1 convolution weights had lost");
        }
    }

    @Test
    void leavesOutConstantsAndSaysWhoUsesThem() throws Exception {
        new TinyOnnx()
                .node("Div", "/attention/Div", "x", "onnx::Div_1")
                .node("Pow", "/norm/Pow", "x", "/norm/Constant_output_0")
                .floats("onnx::Div_1", Shape.of(), 8)
                .floats("/norm/Constant_output_0", Shape.of(), 2)
                .floats("42", Shape.of(1), 1)
                .floats("w", Shape.of(1), 1)
                .write(folder.resolve("model.onnx"));

        try (OnnxImport weights =
                OnnxImport.open(request(LocalStorage.INSTANCE, "out.safetensors", false, NameFilter.ALL))) {
            assertThat(weights.tensors()).extracting(ImportedTensor::name).containsExactly("w");
            assertThat(weights.leftOut())
                    .containsExactly(
                            new LeftOut("onnx::Div_1", "a constant of Div"),
                            new LeftOut("/norm/Constant_output_0", "a constant of Pow"),
                            new LeftOut("42", "used by no node"));
        }
    }

    @Test
    void findsInitializersAndUsesInNestedGraphs() throws Exception {
        TinyOnnx model = new TinyOnnx()
                .nodeAround(new TinyOnnx()
                        .node("MatMul", "/a/MatMul", "x", "onnx::MatMul_1")
                        .floats("inner.weight", Shape.of(1), 9))
                .floats("onnx::MatMul_1", Shape.of(2, 1), 1, 2);

        assertThat(imported(model)).containsOnlyKeys("a.weight", "inner.weight");
    }

    @Test
    void readsValuesOfTypedFieldsAsTheirTypesSay() throws Exception {
        TinyOnnx model = new TinyOnnx()
                .tensor(TinyOnnx.header("i64", TinyOnnx.INT64, Shape.of(3)).packed(7, 1, -1, 300))
                .tensor(TinyOnnx.header("i32", TinyOnnx.INT32, Shape.of(1)).packed(5, -2))
                .tensor(TinyOnnx.header("i8", TinyOnnx.INT8, Shape.of(2)).packed(5, -128, 127))
                .tensor(TinyOnnx.header("bool", TinyOnnx.BOOL, Shape.of(2))
                        .number(5, 1)
                        .number(5, 0))
                .tensor(TinyOnnx.header("f16", TinyOnnx.FLOAT16, Shape.of(1)).packed(5, 0x3c00))
                .tensor(TinyOnnx.header("bf16", TinyOnnx.BFLOAT16, Shape.of(1)).packed(5, 0xbf80))
                .tensor(TinyOnnx.header("packed", TinyOnnx.FLOAT, Shape.of(2)).bytes(4, TinyOnnx.bytes(1, 2)))
                .tensor(TinyOnnx.header("single", TinyOnnx.FLOAT, Shape.of(2))
                        .fixed32(4, 1)
                        .fixed32(4, 2))
                .tensor(TinyOnnx.header("f64", TinyOnnx.DOUBLE, Shape.of(1))
                        .bytes(10, new byte[] {0, 0, 0, 0, 0, 0, (byte) 0xf0, 0x3f}));

        assertThat(imported(model))
                .containsOnly(
                        Map.entry("i64", "I64 [3] 0100000000000000ffffffffffffffff2c01000000000000"),
                        Map.entry("i32", "I32 [1] feffffff"),
                        Map.entry("i8", "I8 [2] 807f"),
                        Map.entry("bool", "BOOL [2] 0100"),
                        Map.entry("f16", "F16 [1] 003c"),
                        Map.entry("bf16", "BF16 [1] 80bf"),
                        Map.entry("packed", "F32 [2] " + hex(1, 2)),
                        Map.entry("single", "F32 [2] " + hex(1, 2)),
                        Map.entry("f64", "F64 [1] 000000000000f03f"));
    }

    @Test
    void readsPackedDimensionsAndEmptyTensors() throws Exception {
        TinyOnnx model = new TinyOnnx()
                .node("MatMul", "/a/MatMul", "x", "onnx::MatMul_1")
                .tensor(new ProtoMessage()
                        .packed(1, 0, 3)
                        .number(2, TinyOnnx.FLOAT)
                        .text(8, "onnx::MatMul_1"));

        assertThat(imported(model)).containsExactly(Map.entry("a.weight", "F32 [3, 0] "));
    }

    @Test
    void readsValuesFromFilesBesideTheModel() throws Exception {
        Files.write(folder.resolve("model.data"), TinyOnnx.bytes(0, 1, 2, 3));
        Files.createDirectory(folder.resolve("model.parts"));
        Files.write(folder.resolve("model.parts/more"), TinyOnnx.bytes(4));
        TinyOnnx model = new TinyOnnx()
                .external("a", Shape.of(2), "location", "model.data", "offset", "4", "length", "8")
                .external("b", Shape.of(1), "location", "model.data", "offset", "12")
                .external("c", Shape.of(1), "location", "model.parts/more", "checksum", "any");

        assertThat(imported(model))
                .containsExactly(
                        Map.entry("a", "F32 [2] " + hex(1, 2)),
                        Map.entry("b", "F32 [1] " + hex(3)),
                        Map.entry("c", "F32 [1] " + hex(4)));
    }

    @Test
    void tellsItsSourcesInTheHeaderAndTheOutcome() throws Exception {
        Files.write(folder.resolve("model.data"), TinyOnnx.bytes(1));
        byte[] model = Files.readAllBytes(new TinyOnnx()
                .external("a", Shape.of(1), "location", "model.data")
                .write(folder.resolve("model.onnx")));

        ImportOutcome outcome = run(request(LocalStorage.INSTANCE, "out.safetensors", false, NameFilter.ALL));

        assertThat(outcome.sources())
                .containsExactly(
                        new ImportOutcome.Source("model.onnx", model.length, Hashes.of(model)),
                        new ImportOutcome.Source("model.data", 4, Hashes.of(TinyOnnx.bytes(1))));
        byte[] output = Files.readAllBytes(folder.resolve("out.safetensors"));
        assertThat(outcome.sha256()).containsExactly(Map.entry("out.safetensors", Hashes.of(output)));
        assertThat(outcome.bytesWritten()).isEqualTo(output.length);
        try (Checkpoint checkpoint = Checkpoint.open(folder.resolve("out.safetensors"))) {
            assertThat(checkpoint.metadata())
                    .containsOnly(
                            Map.entry("format", "pt"),
                            Map.entry("modelmerge.version", "1.2.3"),
                            Map.entry(
                                    "modelmerge.onnx",
                                    "[{\"name\":\"model.onnx\",\"size\":" + model.length + ",\"sha256\":\""
                                            + Hashes.of(model) + "\"},{\"name\":\"model.data\",\"size\":4,"
                                            + "\"sha256\":\"" + Hashes.of(TinyOnnx.bytes(1)) + "\"}]"));
        }
    }

    @Test
    void writesAFolderOfShards() throws Exception {
        new TinyOnnx()
                .floats("a", Shape.of(200), new float[200])
                .floats("b", Shape.of(200), new float[200])
                .write(folder.resolve("model.onnx"));

        ImportOutcome outcome = run(request(LocalStorage.INSTANCE, "out", false, NameFilter.ALL));

        assertThat(outcome.sha256())
                .containsOnlyKeys(
                        "model-00001-of-00002.safetensors",
                        "model-00002-of-00002.safetensors",
                        "model.safetensors.index.json");
        assertThat(contents("out")).containsOnlyKeys("a", "b");
    }

    @Test
    void importsOnlyWhatThePatternsAskFor() throws Exception {
        new TinyOnnx()
                .node("MatMul", "/encoder/MatMul", "x", "onnx::MatMul_1")
                .floats("onnx::MatMul_1", Shape.of(1, 1), 1)
                .floats("encoder.bias", Shape.of(1), 2)
                .floats("head.bias", Shape.of(1), 3)
                .write(folder.resolve("model.onnx"));
        NameFilter encoder = new NameFilter(List.of(Pattern.compile("^encoder\\.")), List.of());
        NameFilter named = new NameFilter(List.of(), List.of(Pattern.compile("MatMul_1$")));
        NameFilter none = new NameFilter(List.of(), List.of(Pattern.compile("decoder")));

        run(request(LocalStorage.INSTANCE, "a.safetensors", false, encoder));
        run(request(LocalStorage.INSTANCE, "b.safetensors", false, named));

        assertThat(contents("a.safetensors")).containsOnlyKeys("encoder.weight", "encoder.bias");
        assertThat(contents("b.safetensors")).containsOnlyKeys("encoder.bias", "head.bias");
        assertThatThrownBy(() -> run(request(LocalStorage.INSTANCE, "c.safetensors", false, none)))
                .isInstanceOfSatisfying(MergeException.class, refusal -> assertThat(refusal.code())
                        .isEqualTo(ErrorCode.USAGE))
                .hasMessage("--exclude matches no tensor (got decoder, expected a match among 4 names)");
    }

    @Test
    void replacesAnOutputOnlyByForce() throws Exception {
        new TinyOnnx().floats("a", Shape.of(1), 1).write(folder.resolve("model.onnx"));
        Files.writeString(folder.resolve("out.safetensors"), "mine");

        assertThatThrownBy(() -> run(request(LocalStorage.INSTANCE, "out.safetensors", false, NameFilter.ALL)))
                .isInstanceOfSatisfying(MergeException.class, refusal -> assertThat(refusal.code())
                        .isEqualTo(ErrorCode.OUTPUT_EXISTS));
        assertThat(folder.resolve("out.safetensors")).hasContent("mine");
        run(request(LocalStorage.INSTANCE, "out.safetensors", true, NameFilter.ALL));
        assertThat(contents("out.safetensors")).containsOnlyKeys("a");
    }

    @Test
    void refusesAnOutputThatIsItsInput() throws Exception {
        byte[] model = new TinyOnnx().floats("a", Shape.of(1), 1).toBytes();
        Files.write(folder.resolve("model.onnx"), model);
        Files.createLink(folder.resolve("out.safetensors"), folder.resolve("model.onnx"));

        assertThatThrownBy(() -> run(request(LocalStorage.INSTANCE, "out.safetensors", true, NameFilter.ALL)))
                .isInstanceOfSatisfying(MergeException.class, refusal -> assertThat(refusal.code())
                        .isEqualTo(ErrorCode.OUTPUT_IS_INPUT));
        assertThat(folder.resolve("model.onnx")).hasBinaryContent(model);
    }

    @Test
    void leavesNothingBehindWhicheverOperationFails() throws Exception {
        new TinyOnnx()
                .node("MatMul", "/a/MatMul", "x", "onnx::MatMul_1")
                .floats("onnx::MatMul_1", Shape.of(2, 1), 1, 2)
                .external("b", Shape.of(1), "location", "model.data")
                .write(folder.resolve("model.onnx"));
        Files.write(folder.resolve("model.data"), TinyOnnx.bytes(1));

        int failures = 0;
        for (FaultyStorage.Fault fault : FaultyStorage.Fault.values()) {
            for (int call = 1; ; call++) {
                FaultyStorage storage = FaultyStorage.once(LocalStorage.INSTANCE, fault, call);
                MergeException failure = catchThrowableOfType(
                        MergeException.class, () -> run(request(storage, "out.safetensors", false, NameFilter.ALL)));
                if (storage.failed() == null) {
                    break;
                }
                if (failure != null) {
                    failures++;
                    assertThat(folder.resolve("out.safetensors")).doesNotExist();
                    assertThat(failure.code()).isEqualTo(fault.code());
                }
                Files.deleteIfExists(folder.resolve("out.safetensors"));
            }
            Files.deleteIfExists(folder.resolve("out.safetensors"));
        }
        assertThat(failures).isGreaterThan(20);
        run(request(LocalStorage.INSTANCE, "out.safetensors", false, NameFilter.ALL));
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left.map(path -> path.getFileName().toString()))
                    .containsExactlyInAnyOrder("model.onnx", "model.data", "out.safetensors");
        }
    }

    @Test
    void refusesAWeightWhoseNodeDoesNotTellItsName() throws Exception {
        MergeException refusal = refusal(new TinyOnnx()
                .node("MatMul", "MatMul_12", "x", "onnx::MatMul_1")
                .floats("onnx::MatMul_1", Shape.of(1, 1), 1));

        assertThat(refusal.tensor()).isEqualTo("onnx::MatMul_1");
        assertThat(refusal.problem()).contains("got MatMul \"MatMul_12\"");
        assertThat(refusal.hint()).contains("--exclude");
    }

    @Test
    void refusesTwoTensorsThatWouldGetOneName() throws Exception {
        MergeException refusal = refusal(new TinyOnnx()
                .node("MatMul", "/a/MatMul", "x", "onnx::MatMul_1")
                .node("MatMul", "/a/MatMul_1", "x", "onnx::MatMul_2")
                .floats("onnx::MatMul_1", Shape.of(1, 1), 1)
                .floats("onnx::MatMul_2", Shape.of(1, 1), 2));

        assertThat(refusal.tensor()).isEqualTo("a.weight");
        assertThat(refusal.problem())
                .isEqualTo("two tensors would get this name (got \"onnx::MatMul_1\" and \"onnx::MatMul_2\", expected"
                        + " one)");
    }

    @Test
    void refusesQuantisedWeights() throws Exception {
        MergeException refusal = refusal(new TinyOnnx()
                .node("MatMulInteger", "/a/MatMul_quant", "x", "onnx::MatMul_1_quantized")
                .raw("onnx::MatMul_1_quantized", TinyOnnx.INT8, Shape.of(1, 1), new byte[1]));

        assertThat(refusal.problem()).contains("got MatMulInteger");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "INT4 | 22 | got INT4, expected a type such as FLOAT",
                "STRING | 8 | got STRING, expected a type such as FLOAT",
                "unknown | 99 | got number 99, expected a type such as FLOAT",
            })
    void refusesTypesWithoutAPlace(String name, int type, String problem) throws Exception {
        MergeException refusal = refusal(new TinyOnnx().raw(name, type, Shape.of(1), new byte[1]));

        assertThat(refusal.code()).isEqualTo(ErrorCode.UNSUPPORTED_FORMAT);
        assertThat(refusal.tensor()).isEqualTo(name);
        assertThat(refusal.problem()).contains(problem);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "../model.data | it names a folder",
                "/etc/passwd | it is empty",
                "C:model.data | it has a colon",
                "a\\model.data | it has a separator",
                "model.missing | there is no such file",
            })
    void refusesOtherFilesThanThoseInItsFolder(String location, String problem) throws Exception {
        MergeException refusal = refusal(new TinyOnnx().external("a", Shape.of(1), "location", location));

        assertThat(refusal.code()).isEqualTo(ErrorCode.MALFORMED);
        assertThat(refusal.problem()).contains(problem);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "offset | 4 | got 0 bytes, expected 4",
                "offset | 5 | got byte 5 and 0 bytes from there, expected at most 4",
                "offset | 999999999999999999 | got byte 999999999999999999 and 0 bytes",
                "length | 8 | got byte 0 and 8 bytes from there, expected at most 4",
                "length | 3 | got 3 bytes, expected 4",
                "length | -4 | has the length -4, expected digits",
                "offset | 1e3 | has the offset 1e3, expected digits",
            })
    void refusesRangesThatDoNotFit(String key, String value, String problem) throws Exception {
        Files.write(folder.resolve("model.data"), TinyOnnx.bytes(1));

        MergeException refusal =
                refusal(new TinyOnnx().external("a", Shape.of(1), "location", "model.data", key, value));

        assertThat(refusal.code()).isEqualTo(ErrorCode.MALFORMED);
        assertThat(refusal.tensor()).isEqualTo("a");
        assertThat(refusal.problem()).contains(problem);
    }

    @Test
    void refusesShapesThatTheirBytesDoNotFill() throws Exception {
        assertThat(refusal(new TinyOnnx().raw("a", TinyOnnx.FLOAT, Shape.of(2), new byte[4])))
                .hasMessageEndingWith("a: raw_data does not fit the shape [2] (got 4 bytes, expected 8)");
        assertThat(refusal(new TinyOnnx().tensor(TinyOnnx.header("a", TinyOnnx.FLOAT, Shape.of(2)))))
                .hasMessageContaining("it has no values");
        assertThat(refusal(new TinyOnnx()
                        .tensor(TinyOnnx.header("a", TinyOnnx.INT64, Shape.of(1L << 40))
                                .packed(7, 1, 2))))
                .hasMessageContaining("got at most 2, expected 1099511627776");
        assertThat(refusal(new TinyOnnx()
                        .tensor(TinyOnnx.header("a", TinyOnnx.INT64, Shape.of(2))
                                .packed(7, 300))))
                .hasMessageContaining("the number of values is wrong (got 1, expected 2)");
        assertThat(refusal(new TinyOnnx()
                        .tensor(TinyOnnx.header("a", TinyOnnx.INT8, Shape.of(1)).packed(5, 256))))
                .hasMessageContaining("a value does not fit its type (got 256, expected 8 bits)");
        assertThat(refusal(new TinyOnnx()
                        .tensor(TinyOnnx.header("a", TinyOnnx.FLOAT, Shape.of(1))
                                .packed(5, 1))))
                .hasMessageContaining("its values lie in INT32_DATA, expected raw_data or FLOAT_DATA");
    }

    @Test
    void refusesShapesThatAreNone() throws Exception {
        ProtoMessage negative =
                new ProtoMessage().number(1, -1).number(2, TinyOnnx.FLOAT).text(8, "a");
        ProtoMessage huge = new ProtoMessage()
                .packed(1, 1L << 40, 1L << 40)
                .number(2, TinyOnnx.FLOAT)
                .text(8, "a");
        ProtoMessage deep = new ProtoMessage().packed(1, new long[65]);

        assertThat(refusal(new TinyOnnx().tensor(negative))).hasMessageContaining("got -1 at dimension 0");
        assertThat(refusal(new TinyOnnx().tensor(huge))).hasMessageContaining("has too many elements");
        assertThat(refusal(new TinyOnnx().tensor(deep))).hasMessageContaining("more than 64 dimensions");
    }

    @Test
    void refusesGraphsNestedTooDeep() throws Exception {
        TinyOnnx model = new TinyOnnx().floats("a", Shape.of(1), 1);
        for (int depth = 0; depth < 101; depth++) {
            model = new TinyOnnx().nodeAround(model);
        }

        assertThat(refusal(model)).hasMessageContaining("graphs nested 101 deep, expected at most 100");
    }

    @Test
    void refusesSparseTensors() throws Exception {
        ProtoMessage sparse = new ProtoMessage().message(1, TinyOnnx.header("s", TinyOnnx.FLOAT, Shape.of(1)));

        MergeException refusal = refusal(new TinyOnnx().graphField(15, sparse));

        assertThat(refusal.tensor()).isEqualTo("s");
        assertThat(refusal.problem()).isEqualTo("got a sparse tensor, expected dense ones");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'' | the file is empty (got 0 bytes",
                "0808 | not an ONNX model: it has no graph (got 2 bytes",
                "3a0a0a02 | at byte 1: got a length of 10 bytes, expected at most the 2 left",
                "3affffffffffffffffff01 | got a length of 18446744073709551615 bytes",
                "3affffffffffffffffff7f | got a number of more than 64 bits",
                "08083aff | got a number that goes on past the end of its message",
                "08083b | got wire type 3, expected 0, 1, 2 or 5",
                "00 | got field number 0, expected 1 to 536870911",
                "3801 | got wire type 0, expected 2",
                "3a003a00 | got a second graph, expected one",
                "3a00 | there is nothing to import (got 0 initializers",
                "3a060a042201ff08 | at byte 5: got a text that is not UTF-8",
                "35000000 | at byte 1: got 4 bytes, expected at most the 3 left",
                "504b0304140000000000000000000000 | not an ONNX model: this looks like a zip archive",
                "3c68746d6c3e | not an ONNX model: this looks like a saved web page",
                "10000000000000007b7d202020202020 | not an ONNX model: this looks like a safetensors file",
            })
    void refusesBytesThatAreNoModel(String hex, String problem) throws Exception {
        assertThat(refusal(HexFormat.of().parseHex(hex))).hasMessageContaining(problem);
    }

    @Test
    void copiesEveryElementTypeUnderItsOwnName() {
        for (OnnxType type : OnnxType.values()) {
            DType dtype = type.dtype();
            boolean isTooNarrowOrWide = type == OnnxType.STRING
                    || type == OnnxType.COMPLEX128
                    || type == OnnxType.UINT4
                    || type == OnnxType.INT4
                    || type == OnnxType.FLOAT4E2M1;
            assertThat(dtype == null).as(type.toString()).isEqualTo(isTooNarrowOrWide);
        }
    }
}
