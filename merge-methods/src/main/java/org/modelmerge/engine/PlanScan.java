package org.modelmerge.engine;

import java.util.List;
import java.util.function.Consumer;
import org.modelmerge.engine.MergePlan.PlannedTensor;
import org.modelmerge.error.MergeException;
import org.modelmerge.method.Scan;
import org.modelmerge.method.Statistic;

/// The statistics of a plan's merged tensors, each taken by a pass runner.
final class PlanScan implements Scan {
    private final MergePlan plan;
    private final PassRunner runner;
    private final Consumer<String> warnings;

    PlanScan(MergePlan plan, PassRunner runner, Consumer<String> warnings) {
        this.plan = plan;
        this.runner = runner;
        this.warnings = warnings;
    }

    /// Gets the state of a pass that has seen all units, by working or from memory.
    @FunctionalInterface
    interface PassRunner {
        Statistic.State run(Statistic<?> statistic) throws MergeException;
    }

    @Override
    public List<String> tasks() {
        return plan.tasks();
    }

    @Override
    public long size() {
        return plan.mergedElementCount();
    }

    @Override
    public long[] tensorSizes() {
        return plan.tensors().stream()
                .filter(PlannedTensor::isMerged)
                .mapToLong(tensor -> tensor.shape().elementCount())
                .toArray();
    }

    @Override
    public <R> R measure(Statistic<R> statistic) throws MergeException {
        return statistic.finish(runner.run(statistic));
    }

    @Override
    public void warn(String line) {
        warnings.accept(line);
    }
}
