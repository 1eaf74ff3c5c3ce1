package org.modelmerge.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.testing.MemoryStorage;
import org.modelmerge.testing.Property;
import org.modelmerge.testing.TinyCheckpoint;

class HeaderParserTest {
    @Test
    void readsTensorsAndMetadata() throws MergeException {
        byte[] file = new TinyCheckpoint()
                .metadata("format", "pt")
                .metadata("a", "b")
                .floats("w", Shape.of(2, 3), 1, 2, 3, 4, 5, 6)
                .longs("n", Shape.of(), 7)
                .toBytes();

        SafetensorsHeader header = parse(file);

        assertThat(header.tensors())
                .containsExactly(
                        new TensorInfo("w", DType.F32, Shape.of(2, 3), 0, 24),
                        new TensorInfo("n", DType.I64, Shape.of(), 24, 32));
        assertThat(header.metadata()).containsExactly(Map.entry("format", "pt"), Map.entry("a", "b"));
        assertThat(header.fileSize()).isEqualTo(file.length);
        assertThat(header.dataStart()).isEqualTo(file.length - 32);
    }

    @Test
    void hashesLengthAndHeaderAndNotTheData() throws MergeException {
        byte[] file = new TinyCheckpoint().floats("w", Shape.of(1), 1).toBytes();
        byte[] otherData = new TinyCheckpoint().floats("w", Shape.of(1), 2).toBytes();
        byte[] head = Arrays.copyOf(file, file.length - 4);

        String sha256 = parse(file).sha256();

        assertThat(sha256).isEqualTo(HexFormat.of().formatHex(Hashes.sha256().digest(head)));
        assertThat(parse(otherData).sha256()).isEqualTo(sha256);
    }

    @Test
    void ordersTensorsByOffsetThenEndThenCodePoint() throws MergeException {
        String empty = "[\"U8\",[0],[0,0]]";
        SafetensorsHeader header = parse(TinyCheckpoint.fileWithHeader(
                "{\"z\":[\"U8\",[1],[0,1]],\"\\ud83d\\ude00\":" + empty + ",\"\uff21\":" + empty + ",\"b\":" + empty
                        + ",\"y\":[\"U8\",[0],[1,1]]}",
                1));

        assertThat(header.tensors())
                .extracting(TensorInfo::name)
                .containsExactly("b", "\uff21", "\ud83d\ude00", "z", "y");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                " \t\r\n{ } \n",
                "{\"__metadata__\":null}",
                "{\"__metadata__\":{}}",
                "{\"__metadata_\\u005f\":{\"a\":\"b\"}}",
                "{\"\":[\"U8\",[0],[0,0]]}",
                "{\"a\":[{\"U8\":null},[0],[0,0]]}",
                "{\"a\":{\"x\":{\"y\":[1e308,-0,\"\\ud83d\\ude00\"]},"
                        + "\"shape\":[0],\"data_offsets\":[0,0],\"dtype\":\"U8\"}}",
                "{\"a\":{\"x\":0e99999999999,\"shape\":[0],\"data_offsets\":[0,0],\"dtype\":\"U8\"}}",
                "{\"a\":[\"F4\",[0,3],[0,0]],\"b\":[\"C64\",[0],[0,0]]}",
                "{\"a\":[\"U8\",[0,9223372036854775807],[0,0]]}",
                "{\"a\":[\"U8\",[9223372036854775807,2,0],[0,0]]}",
            })
    void readsWhatTheReferenceReads(String header) throws MergeException {
        assertThat(parse(TinyCheckpoint.fileWithHeader(header, 0)).dataStart()).isEqualTo(8 + utf8Length(header));
    }

    @Test
    void countsNoElementsWhereASizeIsZeroAndTheOthersAreHuge() throws MergeException {
        SafetensorsHeader header =
                parse(TinyCheckpoint.fileWithHeader("{\"a\":[\"U8\",[9223372036854775807,2,0],[0,0]]}", 0));

        assertThat(header.tensors().getFirst().elementCount()).isZero();
    }

    /// One line for each check: header, bytes of data, what the message says.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "``                                                     | 0 | the end of the text",
                "[]                                                     | 0 | expected an object, got an array",
                "null                                                   | 0 | expected an object, got null",
                "{} x                                                   | 0 | expected the end of the text",
                "{}{}                                                   | 0 | expected the end of the text",
                "{                                                      | 0 | the end of the text",
                "{,}                                                    | 0 | a key in quotes",
                "{a:1}                                                  | 0 | a key in quotes",
                "{\"a\"}                                                | 0 | after a key",
                "{\"a\":}                                               | 0 | a value",
                "{\"a\":[\"U8\",[0],[0,0]],}                            | 0 | a key in quotes",
                "{\"a\":[\"U8\",[0],[0,0]] \"b\":[\"U8\",[0],[0,0]]}    | 0 | \",\" or \"}\"",
                "{\"a\":[\"U8\",[0,],[0,0]]}                            | 0 | a value",
                "{\"a\":[\"U8\" [0],[0,0]]}                             | 0 | \",\" or \"]\"",
                "{\"a\":[\"U8\",[0],[0,0]],\"a\":[\"U8\",[0],[0,0]]}    | 0 | \"a\" occurs twice",
                "{\"a\":[\"U8\",[0],[0,0]],\"\\u0061\":[\"U8\",[0],[0,0]]} | 0 | \"a\" occurs twice",
                "{\"__metadata__\":null,\"__metadata__\":null}          | 0 | occurs twice",
                "{\"__metadata__\":{\"k\":\"v\",\"k\":\"v\"}}           | 0 | occurs twice",
                "{\"a\":{\"dtype\":\"U8\",\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}} | 0 | occurs twice",
                "{\"a\":{\"x\":[{\"q\":1,\"q\":1}],\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}} | 0 |"
                        + " occurs twice",
                "{\"__metadata__\":[]}                                  | 0 | expected an object, got an array",
                "{\"__metadata__\":{\"k\":1}}                           | 0 | expected a string, got a number",
                "{\"__metadata__\":{\"k\":null}}                        | 0 | expected a string, got null",
                "{\"a\":null}                                           | 0 | expected an object, got null",
                "{\"a\":{\"shape\":[0],\"data_offsets\":[0,0]}}         | 0 | a: the entry has no dtype",
                "{\"a\":{\"dtype\":\"U8\",\"data_offsets\":[0,0]}}      | 0 | a: the entry has no shape",
                "{\"a\":{\"dtype\":\"U8\",\"shape\":[0]}}               | 0 | a: the entry has no data_offsets",
                "{\"a\":[]}                                             | 0 | no dtype",
                "{\"a\":[\"U8\"]}                                       | 0 | no shape",
                "{\"a\":[\"U8\",[0]]}                                   | 0 | no data_offsets",
                "{\"a\":[\"U8\",[0],[0,0],0]}                           | 0 | expected 3 values",
                "{\"a\":[\"u8\",[0],[0,0]]}                             | 0 | unknown dtype (got \"u8\", expected one"
                        + " of BOOL",
                "{\"a\":[{},[0],[0,0]]}                                 | 0 | expected a dtype",
                "{\"a\":[{\"U8\":0},[0],[0,0]]}                         | 0 | expected null",
                "{\"a\":[{\"U8\":null,\"I8\":null},[0],[0,0]]}          | 0 | expected one dtype",
                "{\"a\":[\"U8\",0,[0,0]]}                               | 0 | expected an array",
                "{\"a\":[\"U8\",[\"0\"],[0,0]]}                         | 0 | expected a number, got a string",
                "{\"a\":[\"U8\",[-1],[0,0]]}                            | 0 | negative number -1",
                "{\"a\":[\"U8\",[-0],[0,0]]}                            | 0 | negative number -0",
                "{\"a\":[\"U8\",[1.0],[0,1]]}                           | 1 | plain digits, got 1.0",
                "{\"a\":[\"U8\",[1e0],[0,1]]}                           | 1 | plain digits, got 1e0",
                "{\"a\":[\"U8\",[01],[0,1]]}                            | 1 | leading zero",
                "{\"a\":[\"U8\",[9223372036854775808,0],[0,0]]}         | 0 | too large (got 9223372036854775808",
                "{\"a\":[\"U8\",[99999999999999999999],[0,0]]}          | 0 | too large",
                "{\"a\":[\"U8\",[0],[0]]}                               | 0 | expected 2 data_offsets, got 1",
                "{\"a\":[\"U8\",[0],[0,0,0]]}                           | 0 | expected 2 data_offsets, got more",
                "{\"a\":[\"U8\",[1],[0,1]]}                             | 0 | past the end of the file (got offset 1,"
                        + " expected at most 0)",
                "{\"a\":[\"U8\",[1],[1,0]]}                             | 1 | reversed (got 1 to 0)",
                "{\"a\":[\"F32\",[2],[0,4]]}                            | 4 | do not fit F32 [2] (got 4 bytes,"
                        + " expected 8)",
                "{\"a\":[\"F4\",[3],[0,1]]}                             | 1 | not a whole number of bytes (got 12"
                        + " bits)",
                "{\"a\":[\"U8\",[4294967296,4294967296],[0,0]]}         | 0 | exceeds 64 bits",
                "{\"a\":[\"U8\",[4294967296,4294967296,0],[0,0]]}       | 0 | exceeds 64 bits",
                "{\"a\":[\"U64\",[288230376151711744],[0,0]]}           | 0 | exceeds 64 bits",
                "{\"a\":[\"U8\",[4294967296],[0,0]]}                    | 0 | got 0 bytes, expected 4294967296",
                "{\"a\":[\"U8\",[1],[1,2]]}                             | 2 | bytes before it belong to no tensor (got"
                        + " offset 1, expected 0)",
                "{\"a\":[\"U8\",[2],[0,2]],\"b\":[\"U8\",[2],[1,3]]}    | 3 | b: it overlaps another (got offset 1,"
                        + " expected 2)",
                "{\"a\":[\"U8\",[1],[0,1]]}                             | 2 | do not cover the data section (got 1"
                        + " bytes, expected 2)",
                "{}                                                     | 1 | do not cover the data section (got 0"
                        + " bytes, expected 1)",
                "{\"a\":{\"x\":1e309}}                                  | 0 | out of range (got 1e309",
                "{\"a\":{\"x\":NaN}}                                    | 0 | expected a value",
                "{\"a\":{\"x\":\"\\ud800\"}}                            | 0 | surrogate pair",
                "{\"a\":{\"x\":\"\\udc00\"}}                            | 0 | surrogate pair",
                "{\"a\":{\"x\":\"\\u12g4\"}}                            | 0 | hexadecimal",
                "{\"a\":{\"x\":\"\\x\"}}                                | 0 | an escape",
                "{\"a\":{\"x\":\"\t\"}}                                 | 0 | control character",
                "{\"a\":{\"x\":tru}}                                    | 0 | expected true",
                "\ufeff{}                                               | 0 | byte order mark",
            })
    void refusesAHeaderThatBreaksARule(String header, int dataBytes, String message) {
        MergeException fault = refusal(TinyCheckpoint.fileWithHeader(header, dataBytes));

        assertThat(fault.code()).isEqualTo(ErrorCode.MALFORMED);
        assertThat(fault).hasMessageContaining(message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ff", "c080", "eda080", "f4908080", "e282", "80", "c3", "f8888080"})
    void refusesBytesThatAreNotUtf8(String hex) {
        byte[] bytes = HexFormat.of().parseHex(hex);
        byte[] header = ByteBuffer.allocate(bytes.length + 20)
                .put("{\"__metadata__\":{\"".getBytes(StandardCharsets.US_ASCII))
                .put(bytes)
                .array();

        assertThat(refusal(TinyCheckpoint.fileWithHeader(header, 0))).hasMessageContaining("expected");
        header = ("{\"__metadata__\":{\"" + new String(bytes, StandardCharsets.ISO_8859_1) + "\":\"\"}}")
                .getBytes(StandardCharsets.ISO_8859_1);
        assertThat(refusal(TinyCheckpoint.fileWithHeader(header, 0))).hasMessageContaining("UTF-8");
    }

    @Test
    void acceptsDepth127AndRefuses128() throws MergeException {
        String before = "{\"a\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0],\"x\":";

        parse(TinyCheckpoint.fileWithHeader(before + "[".repeat(125) + "]".repeat(125) + "}}", 0));
        MergeException fault =
                refusal(TinyCheckpoint.fileWithHeader(before + "[".repeat(126) + "]".repeat(126) + "}}", 0));

        assertThat(fault).hasMessageContaining("nested too deeply");
    }

    @Test
    @Timeout(60)
    void refusesAMillionBracketsQuickly() {
        assertThat(refusal(TinyCheckpoint.fileWithHeader("[".repeat(1_000_000), 0))
                        .code())
                .isEqualTo(ErrorCode.MALFORMED);
    }

    @ParameterizedTest
    @CsvSource({
        "0, too short",
        "7, too short",
        "8, the end of the text",
    })
    void refusesAFileWithoutAHeader(int size, String message) {
        assertThat(refusal(new byte[size])).hasMessageContaining(message);
    }

    @ParameterizedTest
    @CsvSource({
        "3, reaches past the end of the file (got 3 bytes, expected at most 2)",
        "100000000, reaches past the end of the file",
        "100000001, 'too long (got 100000001 bytes, expected at most 100000000)'",
        "2147483647, too long",
        "2147483648, too long",
        "4294967298, too long",
        "9223372036854775807, too long",
        "-9223372036854775806, too long (got 9223372036854775810 bytes",
        "-8, too long (got 18446744073709551608 bytes",
    })
    void refusesAHeaderLongerThanTheFileOrTheLimit(long length, String message) {
        byte[] file = ByteBuffer.allocate(10)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(length)
                .put(new byte[] {'{', '}'})
                .array();

        assertThat(refusal(file)).hasMessageContaining(message);
    }

    @Test
    void readsAHeaderThatCrossesWindowsAnywhere() throws MergeException {
        for (int padding = 65_500; padding < 65_540; padding++) {
            String header = "{" + " ".repeat(padding) + "\"\u00e9\\u00e9\":[\"U8\",[12],[0,12]]}";

            assertThat(parse(TinyCheckpoint.fileWithHeader(header, 12)).tensors())
                    .containsExactly(new TensorInfo("\u00e9\u00e9", DType.U8, Shape.of(12), 0, 12));
        }
    }

    @Test
    @Timeout(60)
    void readsAMillionEntriesInTimeThatFollowsTheFile() throws MergeException {
        StringBuilder header = new StringBuilder("{");
        for (int i = 0; i < 1_000_000; i++) {
            header.append(i == 0 ? "\"" : ",\"").append(i).append("\":[\"U8\",[0],[0,0]]");
        }
        byte[] file = TinyCheckpoint.fileWithHeader(header.append('}').toString(), 0);

        assertThat(parse(file).tensors()).hasSize(1_000_000);
    }

    @Test
    @Timeout(60)
    void findsKeysThatOccurTwiceAmongKeysOfEqualHash() {
        // "Aa" and "BB" have the same hash code, and so have all texts made of them.
        StringBuilder header = new StringBuilder("{");
        for (int i = 0; i < 1 << 16; i++) {
            header.append('"');
            for (int bit = 0; bit < 16; bit++) {
                header.append(((i >> bit) & 1) == 0 ? "Aa" : "BB");
            }
            header.append("\":[\"U8\",[0],[0,0]],");
        }
        header.append('"').append("BB".repeat(16)).append("\":[\"U8\",[0],[0,0]]}");

        assertThat(refusal(TinyCheckpoint.fileWithHeader(header.toString(), 0))).hasMessageContaining("occurs twice");
    }

    @Test
    void escapesNamesInMessages() {
        MergeException fault = refusal(TinyCheckpoint.fileWithHeader("{\"a\\u001b[31m\":[\"U8\",[1],[0,0]]}", 0));

        assertThat(fault.tensor()).isEqualTo("a\\u001b[31m");
    }

    @Test
    void passesOnWhatTheSourceThrows() {
        MemoryStorage storage = new MemoryStorage().file("m", TinyCheckpoint.fileWithHeader("{}", 0));
        MergeException fault = catchThrowableOfType(
                MergeException.class,
                () -> HeaderParser.parse(storage.failAfter(2).open(Path.of("m"))));

        assertThat(fault.code()).isEqualTo(ErrorCode.IO);
    }

    @Test
    void oneChangedByteGivesTheSameKindOfResultOrOurException() {
        byte[] valid = new TinyCheckpoint()
                .metadata("format", "pt")
                .floats("layer.0.weight", Shape.of(2, 2), 1, 2, 3, 4)
                .bfloats("layer.0.bias", Shape.of(2), 1, 2)
                .toBytes();

        Property.forAll("one changed byte", 5_000, seed -> {
            SplittableRandom random = new SplittableRandom(seed);
            byte[] file = valid.clone();
            int at = random.nextInt(file.length);
            file[at] = (byte) random.nextInt(256);
            try {
                List<TensorInfo> tensors = parse(file).tensors();
                assertThat(tensors.getLast().end()).isEqualTo(20);
            } catch (MergeException e) {
                assertThat(e.code()).isEqualTo(ErrorCode.MALFORMED);
            }
        });
    }

    private static SafetensorsHeader parse(byte[] file) throws MergeException {
        return HeaderParser.parse(MemoryStorage.source(file));
    }

    private static MergeException refusal(byte[] file) {
        MergeException fault = catchThrowableOfType(MergeException.class, () -> parse(file));
        assertThat(fault).as("a refusal").isNotNull();
        return fault;
    }

    private static int utf8Length(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}
