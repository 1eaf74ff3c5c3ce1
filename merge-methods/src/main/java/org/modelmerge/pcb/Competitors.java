package org.modelmerge.pcb;

import java.util.List;
import java.util.stream.IntStream;
import org.modelmerge.method.Slice;

/// The tasks that take part, by their indices in ascending order.
final class Competitors {
    private final int[] tasks;
    private final int all;

    private Competitors(int[] tasks, int all) {
        this.tasks = tasks;
        this.all = all;
    }

    static Competitors all(List<String> names) {
        return new Competitors(IntStream.range(0, names.size()).toArray(), names.size());
    }

    Competitors without(int task) {
        return new Competitors(IntStream.of(tasks).filter(t -> t != task).toArray(), all);
    }

    int count() {
        return tasks.length;
    }

    /// The task index of competitor `k`.
    int task(int k) {
        return tasks[k];
    }

    Slice of(Slice slice) {
        return tasks.length == all ? slice : slice.only(tasks);
    }
}
