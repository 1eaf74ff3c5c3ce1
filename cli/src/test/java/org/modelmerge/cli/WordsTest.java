package org.modelmerge.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.modelmerge.error.MergeException;

final class WordsTest {
    @ParameterizedTest
    @CsvSource({
        "1, 1",
        "1024, 1024",
        "7B, 7",
        "5GB, 5000000000",
        "500MB, 500000000",
        "500mb, 500000000",
        "500 MB, 500000000",
        "2GiB, 2147483648",
        "1.5GB, 1500000000",
        "0.5KiB, 512",
        "9223372036854775807, 9223372036854775807",
    })
    void readsSizes(String text, long bytes) throws MergeException {
        assertThat(Words.size("--s", text)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "GB",
                "-1",
                "+1",
                "0",
                "0.1B",
                "1.",
                ".5GB",
                "1e9",
                "5G B",
                "5GBB",
                "0x10",
                "1,5GB",
                "\u0661",
                "9223372036854775808",
                "99999999999999999999",
                "10000000000GB",
                "NaN"
            })
    void refusesWhatIsNoSize(String text) {
        assertThatExceptionOfType(MergeException.class)
                .isThrownBy(() -> Words.size("--s", text))
                .withMessage("--s: got " + text + ", expected a size such as 500MB, 5GB or 2GiB");
    }

    @Test
    void readsChoicesWhateverTheSpelling() throws MergeException {
        assertThat(Words.choice("--c", "Vision_Main", List.of("root", "vision-main")))
                .isEqualTo("vision-main");
    }
}
