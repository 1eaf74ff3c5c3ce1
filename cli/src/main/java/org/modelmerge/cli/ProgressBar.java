package org.modelmerge.cli;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.modelmerge.engine.MergeObserver;

/// One line on stderr that is rewritten at most ten times a second: pass, percent, rate, time left.
final class ProgressBar implements MergeObserver {
    private static final long INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final StatusLine line;
    private final LongSupplier clock;
    private String pass = "";
    private long passBytes;
    private long doneBytes;
    private long passStart;
    private long lastDrawn;

    ProgressBar(StatusLine line) {
        this(line, System::nanoTime);
    }

    ProgressBar(StatusLine line, LongSupplier clock) {
        this.line = line;
        this.clock = clock;
    }

    @Override
    public void passStarted(String name, int number, int expected, long bytes) {
        pass = "pass " + number + "/" + Math.max(number, expected) + " " + name;
        passBytes = bytes;
        doneBytes = 0;
        passStart = clock.getAsLong();
        draw(passStart);
    }

    @Override
    public void bytesRead(long bytes) {
        doneBytes += bytes;
        long now = clock.getAsLong();
        if (now - lastDrawn >= INTERVAL_NANOS) {
            draw(now);
        }
    }

    /// Wipes the line.
    void clear() {
        line.clear();
    }

    private void draw(long now) {
        lastDrawn = now;
        double seconds = (now - passStart) / 1e9;
        long percent = passBytes == 0 ? 100 : Math.min(100, (long) (100.0 * doneBytes / passBytes));
        StringBuilder text =
                new StringBuilder(pass).append("  ").append(percent).append('%');
        if (seconds > 0 && doneBytes > 0) {
            double rate = doneBytes / seconds;
            text.append("  ").append(Quantity.threeDigits(rate / 1e9)).append(" GB/s  ");
            double left = Math.max(0, passBytes - doneBytes) / rate;
            text.append(Quantity.duration(left)).append(" left in this pass");
        }
        line.write(text.toString());
    }
}
