package org.modelmerge.cli;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.modelmerge.error.Printable;
import org.modelmerge.evaluation.Evaluator;
import org.modelmerge.network.ItemListener;
import org.modelmerge.task.Task;

/// What networks are doing: a line a task with `-v`, and a status line on a terminal with model, task, items and rate.
///
/// How many items a task has shows when a model has been through it; from the second model on the line tells the
/// percent and the time left.
final class EvaluationProgress implements Evaluator.Listener, ItemListener {
    private static final long INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final Talk talk;
    private final List<Task> tasks;
    private final @Nullable StatusLine line;
    private final LongSupplier clock;
    private final Map<String, Long> itemCounts = new HashMap<>();
    private String task = "";
    private String words = "";
    private long done;
    private long start;
    private long lastDrawn;

    EvaluationProgress(Talk talk, List<Task> tasks) {
        this(talk, tasks, talk.statusLine(), System::nanoTime);
    }

    /// @param line null for none
    EvaluationProgress(Talk talk, List<Task> tasks, @Nullable StatusLine line, LongSupplier clock) {
        this.talk = talk;
        this.tasks = List.copyOf(tasks);
        this.line = line;
        this.clock = clock;
    }

    @Override
    public synchronized void begins(String model, Task next) {
        end();
        String what = Printable.text(model) + " on " + Printable.text(next.name());
        talk.verbose(() -> List.of("running  " + what));
        task = next.name();
        words = what + " (task " + (tasks.indexOf(next) + 1) + "/" + tasks.size() + ")";
        start = clock.getAsLong();
        draw(start);
    }

    @Override
    public synchronized void computed(int items) {
        done += items;
        long now = clock.getAsLong();
        if (now - lastDrawn >= INTERVAL_NANOS) {
            draw(now);
        }
    }

    /// Wipes the line; what was counted is the size of the task.
    synchronized void end() {
        if (done > 0) {
            itemCounts.put(task, done);
            done = 0;
        }
        if (line != null) {
            line.clear();
        }
    }

    private void draw(long now) {
        if (line == null) {
            return;
        }
        lastDrawn = now;
        StringBuilder text = new StringBuilder(words);
        if (done > 0) {
            long total = itemCounts.getOrDefault(task, 0L);
            text.append("  ").append(Quantity.count(done, "item"));
            if (total > 0) {
                text.append("  ").append(Math.min(100, 100 * done / total)).append('%');
            }
            double seconds = (now - start) / 1e9;
            if (seconds > 0) {
                double rate = done / seconds;
                text.append("  ").append(Quantity.threeDigits(rate)).append(" items/s");
                if (total > done) {
                    text.append("  ")
                            .append(Quantity.duration((total - done) / rate))
                            .append(" left in this task");
                }
            }
        }
        line.write(text.toString());
    }
}
