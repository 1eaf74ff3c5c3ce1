package org.modelmerge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class ProgressBarTest {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private long now;
    private final ProgressBar bar =
            new ProgressBar(new StatusLine(new PrintStream(bytes, false, StandardCharsets.UTF_8)), () -> now);

    private String drawn() {
        String text = bytes.toString(StandardCharsets.UTF_8);
        bytes.reset();
        return text;
    }

    @Test
    void showsPassPercentRateAndTimeLeft() {
        bar.passStarted("threshold", 1, 3, 4_000_000_000L);
        assertThat(drawn()).isEqualTo("\rpass 1/3 threshold  0%");

        now = TimeUnit.SECONDS.toNanos(1);
        bar.bytesRead(1_000_000_000L);

        assertThat(drawn()).isEqualTo("\rpass 1/3 threshold  25%  1.00 GB/s  3.00 s left in this pass");
    }

    @Test
    void drawsAtMostTenTimesASecond() {
        bar.passStarted("emit", 1, 1, 1000);
        drawn();

        for (int k = 0; k < 1000; k++) {
            now += TimeUnit.MILLISECONDS.toNanos(1);
            bar.bytesRead(1);
        }

        assertThat(drawn().chars().filter(c -> c == '\r').count()).isEqualTo(10);
    }

    @Test
    void wipesTheLineAtTheEnd() {
        bar.passStarted("emit", 1, 1, 1000);
        int width = drawn().length() - 1;

        bar.clear();

        assertThat(drawn()).isEqualTo("\r" + " ".repeat(width) + "\r");
    }

    @Test
    void isCompleteAtOnceWithoutBytes() {
        bar.passStarted("emit", 1, 1, 0);

        assertThat(drawn()).isEqualTo("\rpass 1/1 emit  100%");
    }
}
