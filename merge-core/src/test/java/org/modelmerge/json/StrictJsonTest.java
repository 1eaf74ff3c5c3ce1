package org.modelmerge.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.testing.Property;

class StrictJsonTest {
    @Test
    void readsATreeInTheOrderOfTheText() throws MergeException {
        Map<String, @Nullable Object> expected = new LinkedHashMap<>();
        expected.put("z", Arrays.asList(1L, -2.5, "x", true, false, null));
        expected.put("a", Map.of());

        Object tree = parse(" {\"z\": [1, -2.5, \"x\", true, false, null], \"a\": {}} ");

        assertThat(tree).isEqualTo(expected);
        assertThat(tree).hasToString("{z=[1, -2.5, x, true, false, null], a={}}");
    }

    @Test
    void readsIntegersAsLongWhereTheyFitAndElseAsDouble() throws MergeException {
        assertThat(parse("9223372036854775807")).isEqualTo(Long.MAX_VALUE);
        assertThat(parse("-9223372036854775808")).isEqualTo(Long.MIN_VALUE);
        assertThat(parse("9223372036854775808")).isEqualTo(0x1p63);
        assertThat(parse("-9223372036854775809")).isEqualTo(-0x1p63);
        assertThat(parse("18446744073709551616")).isEqualTo(0x1p64);
        assertThat(parse("0")).isEqualTo(0L);
        assertThat(parse("-0")).isEqualTo(-0.0);
        assertThat(parse("1e2")).isEqualTo(100.0);
        assertThat(parse("0.1")).isEqualTo(0.1);
    }

    @Test
    void decodesEscapesAndUtf8Alike() throws MergeException {
        assertThat(parse("\"\\u00e9\\ud83d\\ude00\\n\\\"\\\\\\/\\b\\f\\r\\t\\u0000\""))
                .isEqualTo("\u00e9\ud83d\ude00\n\"\\/\b\f\r\t\0");
        assertThat(parse("\"\u00e9\ud83d\ude00\"")).isEqualTo("\u00e9\ud83d\ude00");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"a\":1,\"\\u0061\":2} | line 1, column 16: the key \"a\" occurs twice in one object",
                "[{\"k\":1,\"k\":1}] | the key \"k\" occurs twice in one object",
                "[1,] | line 1, column 4: expected a value, got \"]\"",
                "[1] 2 | line 1, column 5: expected the end of the text, got \"2\"",
                "nul | line 1, column 4: expected null, got the end of the text",
                "'a' | expected a value, got \"'\"",
                "// c | expected a value, got \"/\"",
                "+1 | expected a value, got \"+\"",
                ".5 | expected a value, got \".\"",
                "1. | a digit after the decimal point",
                "1e | a digit in an exponent",
                "- | expected a digit",
                "00 | a number with a leading zero",
                "1e400 | a number out of range (got 1e400, expected a double)",
                "\"a | the end of a string, got the end of the text",
                "\u00e9 | expected a value, got the byte 0xc3",
            })
    void refusesWithThePlace(String text, String message) {
        assertThat(refusal(text)).hasMessageContaining(message);
    }

    @Test
    void countsLinesAndColumns() {
        assertThat(refusal("{\n  \"a\": 1,\r\n  x}")).hasMessageContaining("line 3, column 3");
    }

    @Test
    void refusesNumbersJustBeyondADouble() {
        assertThat(refusal("1.7976931348623159e308").code()).isEqualTo(ErrorCode.MALFORMED);
        assertThat(refusal("-1.7976931348623159e308").code()).isEqualTo(ErrorCode.MALFORMED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.7976931348623157e308", "0e99999999999", "1e-99999999999", "0.0e400", "4.9e-324"})
    void readsNumbersAtTheEdgeOfTheRange(String text) throws MergeException {
        assertThat(parse(text)).isEqualTo(Double.parseDouble(text));
    }

    @Test
    @Timeout(60)
    void readsAMillionDigitsQuickly() throws MergeException {
        assertThat(parse("0." + "1".repeat(1_000_000))).isEqualTo(0.1111111111111111);
        assertThat(refusal("1".repeat(1_000_000))).hasMessageContaining("...");
    }

    @Test
    void refusesDepth128() throws MergeException {
        parse("[".repeat(127) + "]".repeat(127));

        assertThat(refusal("[".repeat(128) + "]".repeat(128))).hasMessageContaining("at most 127 levels");
    }

    @Test
    void readsWhatTheWriterWrote() {
        Property.forAll("write and read a tree", 3_000, seed -> {
            Object tree = randomTree(new SplittableRandom(seed), 4);
            StringBuilder pretty = new StringBuilder();
            JsonWriter.pretty(pretty).value(tree);

            assertThat(parse(JsonWriter.write(tree))).isEqualTo(tree);
            assertThat(parse(pretty.toString())).isEqualTo(tree);
        });
    }

    private static @Nullable Object randomTree(SplittableRandom random, int depth) {
        return switch (random.nextInt(depth > 0 ? 8 : 6)) {
            case 0 -> null;
            case 1 -> random.nextBoolean();
            case 2 -> random.nextLong();
            case 3 -> randomDouble(random);
            case 4, 5 -> randomText(random);
            case 6 -> Arrays.asList(randomTree(random, depth - 1), randomTree(random, depth - 1));
            default -> {
                Map<String, @Nullable Object> members = new LinkedHashMap<>();
                members.put(randomText(random), randomTree(random, depth - 1));
                members.put(randomText(random), randomTree(random, depth - 1));
                yield members;
            }
        };
    }

    private static double randomDouble(SplittableRandom random) {
        double value = Double.longBitsToDouble(random.nextLong());
        // The reader refuses the last values below the overflow as the reference does.
        return Math.abs(value) < 1e308 ? value : 0.5;
    }

    private static String randomText(SplittableRandom random) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(6); i > 0; i--) {
            int point = random.nextInt(random.nextBoolean() ? 0x80 : 0x110000);
            text.appendCodePoint(Character.getType(point) == Character.SURROGATE ? '?' : point);
        }
        return text.toString();
    }

    private static @Nullable Object parse(String text) throws MergeException {
        return StrictJson.parse(text.getBytes(StandardCharsets.UTF_8));
    }

    private static MergeException refusal(String text) {
        MergeException fault = catchThrowableOfType(MergeException.class, () -> parse(text));
        assertThat(fault).as("a refusal").isNotNull();
        assertThat(fault.code()).isEqualTo(ErrorCode.MALFORMED);
        return fault;
    }
}
