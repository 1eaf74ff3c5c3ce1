package org.modelmerge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.modelmerge.adamerging.LearningTrace;

final class LearningBarTest {
    @Test
    void countsTheTimeOfThisRunOnly() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        AtomicLong clock = new AtomicLong();
        LearningBar bar =
                new LearningBar(new StatusLine(new PrintStream(bytes, true, StandardCharsets.UTF_8)), clock::get);
        double[] values = {0.25, 0.75};

        bar.started(100, 500);
        clock.set(TimeUnit.SECONDS.toNanos(4));
        bar.stepped(102, new LearningTrace.Step(values, values, values, values));

        assertThat(bytes.toString(StandardCharsets.UTF_8))
                .endsWith("learning  step 102/500  entropy 0.5000  2.00 s a step  13 min 16 s left");
    }
}
