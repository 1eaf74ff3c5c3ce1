package org.modelmerge.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.json.JsonWriter;
import org.modelmerge.testing.MemoryStorage;

class ShardIndexTest {
    @Test
    void readsTheWeightMapAndIgnoresOtherKeys() throws MergeException {
        ShardIndex index = parse("{\"metadata\":{\"total_size\":8},\"weight_map\":{\"w\":\"b.safetensors\","
                + "\"v\":\"a.safetensors\",\"u\":\"b.safetensors\"},\"x\":[1]}");

        assertThat(index.weightMap())
                .containsExactly(
                        Map.entry("w", "b.safetensors"),
                        Map.entry("v", "a.safetensors"),
                        Map.entry("u", "b.safetensors"));
        assertThat(index.shardNames()).containsExactly("a.safetensors", "b.safetensors");
    }

    @ParameterizedTest
    @ValueSource(strings = {"model 1.safetensors", "\u00e9.safetensors", "..a", ".hidden", "a..b"})
    void acceptsPlainNames(String name) throws MergeException {
        assertThat(parse(indexOf(name)).shardNames()).containsExactly(name);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "..",
                "../a",
                "a/b",
                "/a",
                "a/",
                "a\\b",
                "..\\a",
                "\\\\host\\a",
                "C:a",
                "C:\\a",
                "a:stream",
                "a\0",
                "a\n",
                "\u0085",
            })
    void refusesNamesThatLeaveTheFolder(String name) {
        MergeException fault = refusal(indexOf(name));

        assertThat(fault).hasMessageContaining("unsafe shard name");
        assertThat(fault.tensor()).isEqualTo("w");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{}                                       | the index has no weight_map",
                "{\"weight_map\":{}}                      | the weight_map is empty",
                "{\"weight_map\":null}                    | expected an object, got null",
                "{\"weight_map\":[\"a\"]}                 | expected an object, got an array",
                "{\"weight_map\":{\"w\":1}}               | expected a string, got a number",
                "{\"weight_map\":{\"w\":\"a\",\"w\":\"a\"}} | occurs twice",
                "{\"weight_map\":{\"w\":\"a\"},\"weight_map\":{\"w\":\"a\"}} | occurs twice",
                "{\"x\":{\"y\":1,\"y\":1},\"weight_map\":{\"w\":\"a\"}} | occurs twice",
                "{\"weight_map\":{\"w\":\"a\"}} x         | expected the end of the text",
                "[]                                       | expected an object, got an array",
            })
    void refusesAnIndexThatBreaksARule(String text, String message) {
        assertThat(refusal(text)).hasMessageContaining(message);
    }

    @Test
    void refusesAnIndexOverTheLimitWithoutReadingIt() {
        RangeSource huge = new RangeSource() {
            @Override
            public long size() {
                return 100_000_001;
            }

            @Override
            public void read(ByteBuffer target, long offset) {
                throw new AssertionError("read");
            }

            @Override
            public void checkUnchanged() {}

            @Override
            public void close() {}
        };

        assertThat(catchThrowableOfType(MergeException.class, () -> ShardIndex.parse(huge)))
                .hasMessageContaining("too long (got 100000001 bytes, expected at most 100000000)");
    }

    private static String indexOf(String shard) {
        return JsonWriter.write(Map.of("weight_map", Map.of("w", shard)));
    }

    private static ShardIndex parse(String text) throws MergeException {
        return ShardIndex.parse(MemoryStorage.source(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static MergeException refusal(String text) {
        MergeException fault = catchThrowableOfType(MergeException.class, () -> parse(text));
        assertThat(fault).as("a refusal").isNotNull();
        assertThat(fault.code()).isEqualTo(ErrorCode.MALFORMED);
        return fault;
    }
}
