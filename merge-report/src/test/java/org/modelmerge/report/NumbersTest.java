package org.modelmerge.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NumbersTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        0           | 0 B
        999         | 999 B
        1000        | 1.00 kB
        999499      | 999 kB
        999500      | 1.00 MB
        437951328   | 438 MB
        12345678901 | 12.3 GB
        9223372036854775807 | 9.22 EB
        """)
    void showsBytesInDecimalUnits(long bytes, String text) {
        assertThat(Numbers.bytes(bytes)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "12.3456, 12.35",
        "0.00123456, 0.001235",
        "1.23456e-7, 1.235e-07",
        "1234.56, 1235",
        "-2.5, -2.500",
        "NaN, \u2013",
        "Infinity, \u2013"
    })
    void showsFourSignificantDigits(double value, String text) {
        assertThat(Numbers.significant(value)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "1, 100", "0.1234, 12.3", "0.01234, 1.23", "0.0004512, 0.0451", "0.00995, 0.995", "0.99951, 100"
    })
    void showsSharesAsPercentages(double share, String text) {
        assertThat(Numbers.percent(share)).isEqualTo(text + "\u00a0%");
    }

    @Test
    void showsCosinesWithATrueMinusAndNoNegativeZero() {
        assertThat(Numbers.cosine(-0.0451)).isEqualTo("\u22120.045");
        assertThat(Numbers.cosine(-0.0)).isEqualTo("0.000");
        assertThat(Numbers.cosine(-0.0001)).isEqualTo("0.000");
        assertThat(Numbers.cosine(Double.NaN)).isEqualTo("\u2013");
    }

    @Test
    void ignoresTheLocale() {
        Locale before = Locale.getDefault();
        try {
            Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
            assertThat(Numbers.count(1_234_567)).isEqualTo("1,234,567");
            assertThat(Numbers.percent(0.125)).isEqualTo("12.5\u00a0%");
        } finally {
            Locale.setDefault(before);
        }
    }

    @Test
    void showsListsAndMapsOnOneLine() {
        assertThat(Numbers.value(List.of(0.5f, "a", true))).isEqualTo("0.5, a, true");
        assertThat(Numbers.value(Map.of("k", List.of(1, 2)))).isEqualTo("k=1, 2");
    }

    @ParameterizedTest
    @CsvSource({"a2, a10", "a, a1", "a01, a1", "9, a", "x.1.b, x.1.c", "99999999999999999998, 99999999999999999999"})
    void ordersDigitsByValue(String first, String second) {
        assertThat(NaturalOrder.INSTANCE.compare(first, second)).isNegative();
        assertThat(NaturalOrder.INSTANCE.compare(second, first)).isPositive();
        assertThat(NaturalOrder.INSTANCE.compare(first, first)).isZero();
    }
}
