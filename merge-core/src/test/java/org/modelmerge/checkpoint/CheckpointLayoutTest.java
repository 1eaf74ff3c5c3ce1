package org.modelmerge.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;

final class CheckpointLayoutTest {
    private static final long ONE_FILE = Long.MAX_VALUE;

    @Test
    void ordersByDescendingDtypeThenByName() throws MergeException {
        CheckpointLayout layout = CheckpointLayout.of(
                List.of(
                        tensor("b", DType.F32, 2),
                        tensor("flag", DType.BOOL, 3),
                        tensor("a", DType.F32, 1),
                        tensor("step", DType.I64)),
                Map.of(),
                ONE_FILE);

        assertThat(json(layout.shards().getFirst()))
                .isEqualTo("{\"step\":{\"dtype\":\"I64\",\"shape\":[],\"data_offsets\":[0,8]},"
                        + "\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[8,12]},"
                        + "\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[12,20]},"
                        + "\"flag\":{\"dtype\":\"BOOL\",\"shape\":[3],\"data_offsets\":[20,23]}}");
        assertThat(layout.shards().getFirst().tensors())
                .extracting(TensorInfo::name)
                .containsExactly("step", "a", "b", "flag");
    }

    @Test
    void ordersNamesByCodePoint() throws MergeException {
        CheckpointLayout layout = CheckpointLayout.of(
                List.of(tensor("\uD83D\uDE00", DType.U8, 1), tensor("\uFF21", DType.U8, 1)), Map.of(), ONE_FILE);

        assertThat(layout.shards().getFirst().tensors())
                .extracting(TensorInfo::name)
                .containsExactly("\uFF21", "\uD83D\uDE00");
    }

    @Test
    void putsMetadataFirstWithItsKeysInOrder() throws MergeException {
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("modelmerge", "0.1.0");
        metadata.put("format", "pt");

        CheckpointLayout layout = CheckpointLayout.of(List.of(tensor("a", DType.U8, 1)), metadata, ONE_FILE);

        assertThat(json(layout.shards().getFirst()))
                .startsWith("{\"__metadata__\":{\"format\":\"pt\",\"modelmerge\":\"0.1.0\"},\"a\":{");
    }

    @Test
    void escapesInHeadersOnlyWhatJsonMustEscape() throws MergeException {
        String name = "q\"b\\s/\b\f\n\r\t\u0000\u001f\u007f\u00e9\u2028\uD83D\uDE00";

        CheckpointLayout layout = CheckpointLayout.of(List.of(tensor(name, DType.U8, 1)), Map.of(), ONE_FILE);

        assertThat(json(layout.shards().getFirst()))
                .startsWith("{\"q\\\"b\\\\s/\\b\\f\\n\\r\\t\\u0000\\u001f\u007f\u00e9\u2028\uD83D\uDE00\":{");
    }

    @Test
    void startsDataAtAMultipleOfEightAfterALittleEndianLength() throws MergeException {
        for (int length = 1; length <= 8; length++) {
            ShardLayout shard = CheckpointLayout.of(
                            List.of(tensor("n".repeat(length), DType.U8, 5)), Map.of(), ONE_FILE)
                    .shards()
                    .getFirst();

            long jsonLength = shard.header().order(ByteOrder.LITTLE_ENDIAN).getLong(0);
            assertThat(shard.dataStart() % 8).isZero();
            assertThat(jsonLength).isEqualTo(shard.dataStart() - 8);
            assertThat(shard.header().remaining()).isEqualTo(Math.toIntExact(shard.dataStart()));
            assertThat(shard.fileSize()).isEqualTo(shard.dataStart() + 5);
            assertThat(json(shard).stripTrailing()).endsWith("}}").hasSizeGreaterThan((int) jsonLength - 8);
        }
    }

    @Test
    void writesAFileWithoutTensors() throws MergeException {
        CheckpointLayout layout = CheckpointLayout.of(List.of(), Map.of(), ONE_FILE);

        assertThat(layout.shards()).hasSize(1);
        assertThat(json(layout.shards().getFirst())).isEqualTo("{}      ");
        assertThat(layout.shards().getFirst().fileSize()).isEqualTo(16);
    }

    @Test
    void countsNarrowTypesByBits() throws MergeException {
        ShardLayout shard = CheckpointLayout.of(
                        List.of(tensor("f4", DType.F4, 2, 3), tensor("f6", DType.F6_E2M3, 4)), Map.of(), ONE_FILE)
                .shards()
                .getFirst();

        assertThat(shard.tensors()).extracting(TensorInfo::byteCount).containsExactly(3L, 3L);
    }

    @Test
    void refusesNarrowTypesThatDoNotFillWholeBytes() {
        assertThatThrownBy(() -> CheckpointLayout.of(List.of(tensor("a", DType.F4, 3)), Map.of(), ONE_FILE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("got 12 bits of F4 in [3], expected whole bytes");
    }

    @Test
    void oneShardHasThePlainNameAndNoIndex() throws MergeException {
        CheckpointLayout layout = CheckpointLayout.of(List.of(tensor("a", DType.U8, 4)), Map.of(), 4);

        assertThat(layout.shards()).extracting(ShardLayout::fileName).containsExactly("model.safetensors");
        assertThat(layout.index()).isNull();
    }

    @Test
    void fillsShardsInWriteOrderUpToTheLimit() throws MergeException {
        CheckpointLayout layout = CheckpointLayout.of(
                List.of(
                        tensor("a", DType.U8, 4),
                        tensor("b", DType.U8, 6),
                        tensor("c", DType.U8, 25),
                        tensor("d", DType.U8, 1),
                        tensor("e", DType.U8, 0)),
                Map.of("format", "pt"),
                10);

        assertThat(layout.shards())
                .extracting(ShardLayout::fileName)
                .containsExactly(
                        "model-00001-of-00003.safetensors",
                        "model-00002-of-00003.safetensors",
                        "model-00003-of-00003.safetensors");
        assertThat(layout.shards().stream()
                        .map(shard ->
                                shard.tensors().stream().map(TensorInfo::name).toList()))
                .containsExactly(List.of("a", "b"), List.of("c"), List.of("d", "e"));
        assertThat(layout.shards()).allSatisfy(shard -> {
            assertThat(json(shard)).startsWith("{\"__metadata__\":{\"format\":\"pt\"},");
            assertThat(shard.tensors().getFirst().begin()).isZero();
        });
    }

    @Test
    void writesTheIndexAsTransformersDoes() throws MergeException {
        CheckpointLayout layout = CheckpointLayout.of(
                List.of(tensor("b\u00e9\uD83D\uDE00", DType.F32, 1), tensor("a\"", DType.U8, 2)), Map.of(), 4);

        assertThat(new String(layout.index(), StandardCharsets.US_ASCII)).isEqualTo("""
            {
              "metadata": {
                "total_size": 6
              },
              "weight_map": {
                "a\\"": "model-00002-of-00002.safetensors",
                "b\\u00e9\\ud83d\\ude00": "model-00001-of-00002.safetensors"
              }
            }
            """);
    }

    @Test
    void refusesTheNameOfTheMetadata() {
        assertThatThrownBy(() -> CheckpointLayout.of(List.of(tensor("__metadata__", DType.U8, 1)), Map.of(), ONE_FILE))
                .isInstanceOfSatisfying(MergeException.class, failure -> {
                    assertThat(failure.code()).isEqualTo(ErrorCode.UNSUPPORTED_FORMAT);
                    assertThat(failure.tensor()).isEqualTo("__metadata__");
                });
    }

    @Test
    void refusesUnpairedSurrogatesInNamesAndMetadata() {
        List<OutputTensor> badName = List.of(tensor("a\uD800b", DType.U8, 1));
        List<OutputTensor> goodName = List.of(tensor("a", DType.U8, 1));

        assertThatThrownBy(() -> CheckpointLayout.of(badName, Map.of(), ONE_FILE))
                .isInstanceOf(MergeException.class)
                .hasMessage("a\\ud800b: the name has an unpaired surrogate, expected Unicode text");
        assertThatThrownBy(() -> CheckpointLayout.of(goodName, Map.of("k", "\uDC00"), ONE_FILE))
                .isInstanceOf(MergeException.class)
                .hasMessageContaining("metadata entry has an unpaired surrogate");
    }

    @Test
    void refusesTwoTensorsOfOneName() {
        List<OutputTensor> twice = List.of(tensor("a", DType.U8, 1), tensor("a", DType.F32, 1));

        assertThatThrownBy(() -> CheckpointLayout.of(twice, Map.of(), ONE_FILE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("two tensors are named a");
    }

    @Test
    void refusesAHeaderLongerThanTheReferenceReads() throws MergeException {
        List<TensorInfo> tensors = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            tensors.add(new TensorInfo("t" + i, DType.U8, Shape.of(1), i, i + 1));
        }
        int exact = HeaderText.header(tensors, new TreeMap<>(), Integer.MAX_VALUE).length - 8;

        assertThat(HeaderText.header(tensors, new TreeMap<>(), exact)).hasSize(exact + 8);
        assertThatThrownBy(() -> HeaderText.header(tensors, new TreeMap<>(), exact - 1))
                .isInstanceOf(MergeException.class)
                .hasMessageContaining("the header of the output is too long (got ");
    }

    @Test
    void theHeaderCannotBeChangedByItsReaders() throws MergeException {
        ShardLayout shard = CheckpointLayout.of(List.of(tensor("a", DType.U8, 1)), Map.of(), ONE_FILE)
                .shards()
                .getFirst();

        ByteBuffer first = shard.header();
        first.get(new byte[first.remaining()]);

        assertThat(first.isReadOnly()).isTrue();
        assertThat(shard.header().position()).isZero();
    }

    private static OutputTensor tensor(String name, DType dtype, long... sizes) {
        return new OutputTensor(name, dtype, Shape.of(sizes));
    }

    private static String json(ShardLayout shard) {
        ByteBuffer header = shard.header();
        return StandardCharsets.UTF_8
                .decode(header.slice(8, header.remaining() - 8))
                .toString();
    }
}
