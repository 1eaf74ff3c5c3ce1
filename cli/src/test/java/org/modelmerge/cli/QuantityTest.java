package org.modelmerge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class QuantityTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0 B",
        "999, 999 B",
        "1000, 1.00 kB",
        "999499, 999 kB",
        "999600, 1.00 MB",
        "5370000000, 5.37 GB",
        "140000000000, 140 GB",
        "9223372036854775807, 9223 PB",
    })
    void showsBytes(long bytes, String text) {
        assertThat(Quantity.bytes(bytes)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"0|0", "999|999", "1000|1,000", "113448705|113,448,705", "-1234|-1,234"})
    void groupsDigits(long count, String text) {
        assertThat(Quantity.count(count)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"0.4149, 0.41 s", "12.34, 12.3 s", "59.99, 60.0 s", "245, 4 min 05 s", "7380, 2 h 03 min"})
    void showsDurations(double seconds, String text) {
        assertThat(Quantity.duration(seconds)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0.0",
        "0.123456, 0.1235",
        "12, 12",
        "123456, 123500",
        "1234567, 1.235e6",
        "0.00001234, 1.234e-5",
        "9.9999e-5, 0.0001",
        "NaN, NaN",
    })
    void showsMeasuredValues(double value, String text) {
        assertThat(Quantity.measure(value)).isEqualTo(text);
    }
}
