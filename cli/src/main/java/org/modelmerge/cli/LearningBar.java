package org.modelmerge.cli;

import java.util.Arrays;
import java.util.Locale;
import java.util.function.LongSupplier;
import org.modelmerge.adamerging.LearningTrace;
import org.modelmerge.learning.LearningObserver;

/// One line on stderr that is rewritten after each step: step, entropy, seconds a step, time left.
final class LearningBar implements LearningObserver {
    private final StatusLine line;
    private final LongSupplier clock;
    private int first;
    private int steps;
    private long start;

    LearningBar(StatusLine line) {
        this(line, System::nanoTime);
    }

    LearningBar(StatusLine line, LongSupplier clock) {
        this.line = line;
        this.clock = clock;
    }

    @Override
    public void started(int done, int all) {
        first = done;
        steps = all;
        start = clock.getAsLong();
        line.write("learning  step " + done + "/" + all);
    }

    @Override
    public void stepped(int done, LearningTrace.Step step) {
        double seconds = (clock.getAsLong() - start) / 1e9 / (done - first);
        double entropy = Arrays.stream(step.entropy()).average().orElse(0);
        line.write("learning  step " + done + "/" + steps + "  entropy "
                + String.format(Locale.ROOT, "%.4f", entropy) + "  " + Quantity.threeDigits(seconds) + " s a step  "
                + Quantity.duration(seconds * (steps - done)) + " left");
    }

    /// Wipes the line.
    void clear() {
        line.clear();
    }
}
