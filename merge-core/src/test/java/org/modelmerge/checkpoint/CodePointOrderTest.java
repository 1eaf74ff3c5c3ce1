package org.modelmerge.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

final class CodePointOrderTest {
    @Test
    void putsPointsAboveTheBasicPlaneLast() {
        List<String> names = new ArrayList<>(List.of("\uD83D\uDE00", "\uFF21", "a", "\uE000", ""));

        names.sort(CodePointOrder.INSTANCE);

        assertThat(names).containsExactly("", "a", "\uE000", "\uFF21", "\uD83D\uDE00");
    }

    @Test
    void agreesWithTheOrderOfUtf8Bytes() {
        List<String> names = List.of(
                "",
                "a",
                "ab",
                "a.1",
                "a.10",
                "a.2",
                "B",
                "\u007F",
                "\u00E9",
                "\u0800",
                "\uD7FF",
                "\uE000",
                "\uFFFF",
                "\uD800\uDC00",
                "\uD800\uDC01",
                "\uDBFF\uDFFF",
                "a\uFF21",
                "a\uD83D\uDE00",
                "a\uD83D\uDE01");
        for (String left : names) {
            for (String right : names) {
                int byBytes = Arrays.compareUnsigned(
                        left.getBytes(StandardCharsets.UTF_8), right.getBytes(StandardCharsets.UTF_8));

                assertThat(Integer.signum(CodePointOrder.INSTANCE.compare(left, right)))
                        .as("%s, %s", left, right)
                        .isEqualTo(Integer.signum(byBytes));
            }
        }
    }
}
