package org.modelmerge.routing;

import java.util.ArrayList;
import java.util.List;

/// What a router learns from, or is measured on.
///
/// @param features `[examples][d]`, not copied
/// @param tasks the task of each example, 0 to n - 1, not copied
public record RouterExamples(float[][] features, int[] tasks) {
    /// Refuses a task for no features.
    public RouterExamples {
        if (features.length != tasks.length) {
            throw new IllegalArgumentException(features.length + " examples of " + tasks.length + " tasks");
        }
    }

    /// Examples of all tasks in one list, in task order.
    ///
    /// @param perTask `[examples][d]` for each task
    public static RouterExamples of(List<float[][]> perTask) {
        List<float[]> features = new ArrayList<>();
        List<Integer> tasks = new ArrayList<>();
        for (int task = 0; task < perTask.size(); task++) {
            for (float[] example : perTask.get(task)) {
                features.add(example);
                tasks.add(task);
            }
        }
        return new RouterExamples(
                features.toArray(float[][]::new),
                tasks.stream().mapToInt(Integer::intValue).toArray());
    }

    /// The number of examples.
    public int count() {
        return tasks.length;
    }
}
