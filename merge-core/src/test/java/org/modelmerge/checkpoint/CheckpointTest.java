package org.modelmerge.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.modelmerge.checkpoint.Checkpoint.Kind;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.json.JsonWriter;
import org.modelmerge.testing.MemoryStorage;
import org.modelmerge.testing.TinyCheckpoint;

class CheckpointTest {
    private static final String SHARD_1 = "model-00001-of-00002.safetensors";
    private static final String SHARD_2 = "model-00002-of-00002.safetensors";
    private static final String INDEX = "model.safetensors.index.json";

    private final TinyCheckpoint tiny = new TinyCheckpoint()
            .metadata("format", "pt")
            .floats("c", Shape.of(2), 1, 2)
            .floats("a", Shape.of(1), 3)
            .floats("b", Shape.of(3), 4, 5, 6);

    @ParameterizedTest
    @CsvSource({
        "x/base.safetensors, base",
        "base.bin, base.bin",
        ".safetensors, .safetensors",
        "x/model.safetensors, model",
    })
    void opensAFileWhateverItsName(String path, String name) throws MergeException {
        MemoryStorage storage = new MemoryStorage().file(path, tiny.toBytes());

        try (Checkpoint checkpoint = open(storage, path)) {
            assertThat(checkpoint.kind()).isEqualTo(Kind.FILE);
            assertThat(checkpoint.name()).isEqualTo(name);
            assertThat(checkpoint.path()).isEqualTo(path);
            assertThat(checkpoint.folder()).isNull();
            assertThat(checkpoint.tensors().keySet()).containsExactly("c", "a", "b");
            assertThat(checkpoint.metadata()).containsExactly(Map.entry("format", "pt"));
            assertThat(checkpoint.sizeBytes()).isEqualTo(tiny.toBytes().length);
            assertThat(checkpoint.headerSha256())
                    .isEqualTo(checkpoint.shards().getFirst().header().sha256());
        }
        assertThat(storage.openCount()).isZero();
    }

    @Test
    void opensAFolderWithOneFile() throws MergeException {
        MemoryStorage storage = new MemoryStorage().file("x/ft/model.safetensors", tiny.toBytes());

        try (Checkpoint checkpoint = open(storage, "x/ft")) {
            assertThat(checkpoint.kind()).isEqualTo(Kind.FOLDER);
            assertThat(checkpoint.name()).isEqualTo("ft");
            assertThat(checkpoint.folder()).isEqualTo(Path.of("x/ft"));
            assertThat(checkpoint.shards())
                    .extracting(Shard::name)
                    .containsExactly(Path.of("x/ft/model.safetensors").toString());
        }
    }

    @Test
    void opensAFolderWithShards() throws MergeException {
        try (Checkpoint checkpoint = open(sharded("ft/"), "ft")) {
            assertThat(checkpoint.kind()).isEqualTo(Kind.FOLDER);
            assertThat(checkpoint.shards()).hasSize(2);
            assertThat(checkpoint.tensors().keySet()).containsExactly("c", "a", "b");
            assertThat(stored(checkpoint, "b").shard().name()).endsWith(SHARD_2);
            assertThat(checkpoint.tensor("x")).isNull();
            assertThat(checkpoint.sizeBytes())
                    .isEqualTo(checkpoint.shards().stream()
                            .mapToLong(shard -> shard.source().size())
                            .sum());
        }
    }

    @Test
    void hashesTheHashesOfSeveralHeaders() throws MergeException {
        try (Checkpoint checkpoint = open(sharded("ft/"), "ft")) {
            String both = checkpoint.shards().get(0).header().sha256()
                    + checkpoint.shards().get(1).header().sha256();

            assertThat(checkpoint.headerSha256())
                    .isEqualTo(HexFormat.of().formatHex(Hashes.sha256().digest(both.getBytes(StandardCharsets.UTF_8))));
        }
    }

    @ParameterizedTest
    @CsvSource({"x/ft/, x/ft, ft", "'', ., real"})
    void opensAnIndexFile(String prefix, String folder, String name) throws MergeException {
        try (Checkpoint checkpoint = open(sharded(prefix), prefix + INDEX)) {
            assertThat(checkpoint.kind()).isEqualTo(Kind.INDEX);
            assertThat(checkpoint.name()).isEqualTo(name);
            assertThat(checkpoint.folder()).isEqualTo(Path.of(folder));
            assertThat(checkpoint.tensors()).hasSize(3);
        }
    }

    @Test
    void prefersTheSingleFileToAnIndexBesideIt() throws MergeException {
        MemoryStorage storage = sharded("ft/").file("ft/model.safetensors", new TinyCheckpoint().toBytes());

        try (Checkpoint checkpoint = open(storage, "ft")) {
            assertThat(checkpoint.tensors()).isEmpty();
            assertThat(checkpoint.shards()).hasSize(1);
        }
    }

    @Test
    void namesTheRealFolderWhereThePathSaysNothing() throws MergeException {
        MemoryStorage storage = new MemoryStorage().file("./model.safetensors", tiny.toBytes());

        try (Checkpoint checkpoint = open(storage, ".")) {
            assertThat(checkpoint.name()).isEqualTo("real");
        }
    }

    @Test
    void countsFileOffsetsFromTheStartOfTheFile() throws MergeException {
        byte[] file = tiny.toBytes();
        try (Checkpoint checkpoint = open(new MemoryStorage().file("m", file), "m")) {
            StoredTensor tensor = stored(checkpoint, "a");
            ByteBuffer bytes = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN);
            tensor.shard().source().read(bytes, tensor.fileOffset());

            assertThat(bytes.getFloat(0)).isEqualTo(3);
        }
    }

    @Test
    void givesMapsThatCannotBeChanged() throws MergeException {
        try (Checkpoint checkpoint = open(new MemoryStorage().file("m", tiny.toBytes()), "m")) {
            assertThatThrownBy(() -> checkpoint.tensors().clear()).isInstanceOf(UnsupportedOperationException.class);
            assertThatThrownBy(() -> checkpoint.metadata().clear()).isInstanceOf(UnsupportedOperationException.class);
        }
    }

    @Test
    void noticesAFileThatChanged() throws MergeException {
        MemoryStorage storage = new MemoryStorage().file("m", tiny.toBytes());
        try (Checkpoint checkpoint = open(storage, "m")) {
            checkpoint.checkUnchanged();
            storage.file("m", new byte[3]);

            MergeException fault = catchThrowableOfType(MergeException.class, checkpoint::checkUnchanged);

            assertThat(fault.code()).isEqualTo(ErrorCode.CHANGED);
            assertThat(fault.file()).isEqualTo("m");
        }
    }

    @Test
    void closesTwiceWithoutHarm() throws MergeException {
        MemoryStorage storage = sharded("ft/");
        Checkpoint checkpoint = open(storage, "ft");
        assertThat(storage.openCount()).isEqualTo(2);

        checkpoint.close();
        checkpoint.close();

        assertThat(storage.openCount()).isZero();
    }

    @Test
    void leavesNothingOpenWhicheverCallFails() throws MergeException {
        int calls = 0;
        while (true) {
            MemoryStorage storage = sharded("ft/").failAfter(calls);
            try (Checkpoint checkpoint = open(storage, "ft")) {
                assertThat(checkpoint.tensors()).hasSize(3);
                break;
            } catch (MergeException e) {
                assertThat(e.code()).isEqualTo(ErrorCode.IO);
                assertThat(e.file()).startsWith("ft");
                assertThat(storage.openCount()).isZero();
            }
            calls++;
        }
        // Three files, each opened and read.
        assertThat(calls).isGreaterThanOrEqualTo(8);
    }

    @Test
    void refusesWhatIsNoFileAndNoFolder() {
        MemoryStorage storage = new MemoryStorage().device("fifo");

        assertThat(refusal(storage, "fifo").code()).isEqualTo(ErrorCode.NOT_REGULAR);
        assertThat(refusal(storage, "absent").code()).isEqualTo(ErrorCode.NOT_FOUND);
        assertThat(refusal(storage, "absent")).hasMessage("absent: no such file or folder");
    }

    @Test
    void refusesAShardThatIsMissing() {
        MergeException fault = refusalOfIndex(Map.of("c", SHARD_1, "a", SHARD_2, "b", "model-3.safetensors"));

        assertThat(fault.file()).endsWith("model-3.safetensors");
        assertThat(fault).hasMessageContaining("no such file");
    }

    @Test
    void refusesATensorThatIsNotInItsShard() {
        MergeException fault = refusalOfIndex(Map.of("c", SHARD_1, "a", SHARD_2, "b", SHARD_2, "x", SHARD_2));

        assertThat(fault.file()).endsWith(SHARD_2);
        assertThat(fault.tensor()).isEqualTo("x");
        assertThat(fault).hasMessageContaining("which has no such tensor");
    }

    @Test
    void refusesATensorThatTheIndexPlacesElsewhere() {
        MergeException fault = refusalOfIndex(Map.of("c", SHARD_2, "a", SHARD_2, "b", SHARD_2, "d", SHARD_1));

        assertThat(fault.file()).endsWith(SHARD_1);
        assertThat(fault.tensor()).isEqualTo("c");
        assertThat(fault).hasMessageContaining("(got " + SHARD_1 + ", expected " + SHARD_2 + ")");
    }

    @Test
    void refusesATensorThatTheIndexLacks() {
        MergeException fault = refusalOfIndex(Map.of("c", SHARD_1, "b", SHARD_2));

        assertThat(fault.tensor()).isEqualTo("a");
        assertThat(fault).hasMessageContaining("the index does not name it");
    }

    @Test
    void refusesATensorThatTwoShardsHold() {
        byte[] whole = tiny.toBytes();
        MemoryStorage storage = new MemoryStorage()
                .file("ft/1", whole)
                .file("ft/2", whole)
                .file("ft/" + INDEX, index(Map.of("c", "1", "a", "1", "b", "2")));

        assertThat(refusal(storage, "ft").code()).isEqualTo(ErrorCode.MALFORMED);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{x | MALFORMED | invalid JSON at line 1, column 2",
                "weight_map: {} | MALFORMED | invalid JSON at line 1, column 1",
                "version https://git-lfs.github.com/spec/v1 | UNSUPPORTED_FORMAT | not a shard index: this looks like"
                        + " a Git LFS",
                "<html> | UNSUPPORTED_FORMAT | a saved web page",
                "'' | UNSUPPORTED_FORMAT | the file is empty",
            })
    void saysWhatIsWrongWithAnIndex(String text, ErrorCode code, String problem) {
        MemoryStorage storage = new MemoryStorage().file(INDEX, text.getBytes(StandardCharsets.UTF_8));

        MergeException fault = refusal(storage, INDEX);

        assertThat(fault.code()).isEqualTo(code);
        assertThat(fault.file()).isEqualTo(INDEX);
        assertThat(fault).hasMessageContaining(problem);
    }

    @Test
    void hintsThatAFileMayBeCutShort() {
        byte[] file = tiny.toBytes();
        MemoryStorage storage = new MemoryStorage().file("m", Arrays.copyOf(file, file.length - 1));

        MergeException fault = refusal(storage, "m");

        assertThat(fault).hasMessage("m: b: it ends past the end of the file (got offset 24, expected at most 23)");
        assertThat(fault.hint()).contains("cut short");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "adapter_config.json,adapter_model.safetensors | UNSUPPORTED_FORMAT | a LoRA adapter |"
                        + " BASE ADAPTER",
                "config.json,pytorch_model.bin | UNSUPPORTED_FORMAT | a PyTorch pickle | convert it",
                "tf_model.h5 | UNSUPPORTED_FORMAT | a TensorFlow model | convert it",
                "flax_model.msgpack | UNSUPPORTED_FORMAT | a Flax model | convert it",
                "q4.gguf | UNSUPPORTED_FORMAT | a GGUF model | convert it",
                "x.onnx | UNSUPPORTED_FORMAT | an ONNX model | merge import-onnx",
                "expert_a.safetensors,shared.safetensors,twin.json | UNSUPPORTED_FORMAT | parts of a Twin folder |"
                        + " merge twin compose",
                "expert_a.safetensors,shared.safetensors | UNSUPPORTED_FORMAT | parts of a Twin folder | twin.json is",
                "ft.safetensors | NOT_FOUND | neither model.safetensors nor | pass the file itself: ft.safetensors",
                "a.safetensors,b.safetensors | NOT_FOUND | neither model.safetensors nor | or one of 1 others",
            })
    void saysWhatAFolderHoldsInstead(String names, ErrorCode code, String problem, String hint) {
        MemoryStorage storage = new MemoryStorage();
        for (String name : names.split(",", -1)) {
            storage.file("ft/" + name, tiny.toBytes());
        }

        MergeException fault = refusal(storage, "ft");

        assertThat(fault.code()).isEqualTo(code);
        assertThat(fault.file()).isEqualTo("ft");
        assertThat(fault).hasMessageContaining(problem);
        assertThat(fault.hint()).contains(hint);
        assertThat(storage.openedCount()).isZero();
    }

    @Test
    void opensCheckpointsOfTheLocalFileSystem(@TempDir Path folder) throws IOException, MergeException {
        Path file = tiny.write(folder.resolve("one.safetensors"));
        Path shards = tiny.writeSharded(folder.resolve("many"), 2);

        try (Checkpoint one = Checkpoint.open(file);
                Checkpoint many = Checkpoint.open(shards)) {
            assertThat(one.tensors().keySet()).isEqualTo(many.tensors().keySet());
            assertThat(many.folder()).isEqualTo(shards);
            one.checkUnchanged();
        }
        assertThatExceptionOfType(MergeException.class)
                .isThrownBy(() -> Checkpoint.open(folder.resolve("absent")))
                .satisfies(fault -> assertThat(fault.code()).isEqualTo(ErrorCode.NOT_FOUND));
    }

    private MemoryStorage sharded(String prefix) {
        MemoryStorage storage = new MemoryStorage();
        tiny.toShards(2).forEach((name, bytes) -> storage.file(prefix + name, bytes));
        return storage;
    }

    /// The shards hold c (1), a and b (2).
    private MergeException refusalOfIndex(Map<String, String> weightMap) {
        MemoryStorage storage = sharded("ft/").file("ft/" + INDEX, index(weightMap));
        MergeException fault = refusal(storage, "ft");
        assertThat(fault.code()).isEqualTo(ErrorCode.MALFORMED);
        return fault;
    }

    private static byte[] index(Map<String, String> weightMap) {
        Map<String, Object> index = new LinkedHashMap<>();
        index.put("weight_map", weightMap);
        return JsonWriter.write(index).getBytes(StandardCharsets.UTF_8);
    }

    private static StoredTensor stored(Checkpoint checkpoint, String name) {
        return Objects.requireNonNull(checkpoint.tensor(name));
    }

    private static Checkpoint open(MemoryStorage storage, String path) throws MergeException {
        return Checkpoint.open(storage, Path.of(path));
    }

    private static MergeException refusal(MemoryStorage storage, String path) {
        MergeException fault = catchThrowableOfType(MergeException.class, () -> open(storage, path));
        assertThat(fault).as("a refusal").isNotNull();
        assertThat(storage.openCount()).isZero();
        return fault;
    }
}
