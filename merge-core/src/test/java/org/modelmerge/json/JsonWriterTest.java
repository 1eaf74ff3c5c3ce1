package org.modelmerge.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JsonWriterTest {
    @Test
    void writesCompactly() {
        StringBuilder text = new StringBuilder();

        JsonWriter.compact(text)
                .beginObject()
                .member("a", 1)
                .name("b")
                .beginArray()
                .value("x")
                .value(null)
                .value(true)
                .beginObject()
                .endObject()
                .endArray()
                .endObject();

        assertThat(text).hasToString("{\"a\":1,\"b\":[\"x\",null,true,{}]}");
    }

    @Test
    void writesALineForEachValueWhenPretty() {
        StringBuilder text = new StringBuilder();
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("a", List.of(1L, List.of()));
        tree.put("b", Map.of());

        JsonWriter.pretty(text).value(tree);

        assertThat(text).hasToString("""
            {
              "a": [
                1,
                []
              ],
              "b": {}
            }\
            """);
    }

    @Test
    void writesNumbersByTheirShortestText() {
        assertThat(JsonWriter.write(List.of(0.1, 0.1f, 1e-7, 1e21, -0.0, 4L, (short) 5, Float.MIN_VALUE)))
                .isEqualTo("[0.1,0.1,1.0E-7,1.0E21,-0.0,4,5,1.4E-45]");
    }

    @Test
    void writesNullWhereJsonHasNoNumber() {
        assertThat(JsonWriter.write(List.of(Double.NaN, Double.POSITIVE_INFINITY, Float.NaN, Float.NEGATIVE_INFINITY)))
                .isEqualTo("[null,null,null,null]");
    }

    @Test
    void escapesControlsLineSeparatorsAndUnpairedSurrogates() {
        assertThat(JsonWriter.write("\"\\\n\r\t\b\f\0\u001f\u007f\u2028\u2029\ud800x\udc00</&"))
                .isEqualTo("\"\\\"\\\\\\n\\r\\t\\b\\f\\u0000\\u001f\\u007f\\u2028\\u2029\\ud800x\\udc00</&\"");
        assertThat(JsonWriter.write("\u00e9\ud83d\ude00")).isEqualTo("\"\u00e9\ud83d\ude00\"");
    }

    @Test
    void escapesWhatHtmlReadsWhenAsked() {
        StringBuilder text = new StringBuilder();

        JsonWriter.forHtml(text).beginArray().value("</script>&").endArray();

        assertThat(text).hasToString("[\"\\u003c/script\\u003e\\u0026\"]");
    }

    @Test
    void refusesCallsThatMakeNoDocument() {
        assertThatIllegalStateException()
                .isThrownBy(() -> JsonWriter.compact(new StringBuilder()).name("a"));
        assertThatIllegalStateException()
                .isThrownBy(
                        () -> JsonWriter.compact(new StringBuilder()).value(1).value(2));
        assertThatIllegalStateException()
                .isThrownBy(() ->
                        JsonWriter.compact(new StringBuilder()).beginObject().value(1));
        assertThatIllegalStateException().isThrownBy(() -> JsonWriter.compact(new StringBuilder())
                .beginObject()
                .name("a")
                .endObject());
        assertThatIllegalStateException()
                .isThrownBy(() ->
                        JsonWriter.compact(new StringBuilder()).beginArray().endObject());
    }

    @Test
    void refusesValuesOfOtherTypes() {
        assertThatIllegalArgumentException().isThrownBy(() -> JsonWriter.write(new Object()));
        assertThatIllegalArgumentException().isThrownBy(() -> JsonWriter.write(Map.of(1, 2)));
    }

    @Test
    void keepsTheOrderOfMapsAndLists() {
        List<Object> list = new ArrayList<>(Arrays.asList(3, 1, null, 2));

        assertThat(JsonWriter.write(list)).isEqualTo("[3,1,null,2]");
    }
}
