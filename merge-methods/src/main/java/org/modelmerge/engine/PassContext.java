package org.modelmerge.engine;

import org.jspecify.annotations.Nullable;

/// What every worker of a pass needs.
///
/// @param inputs open files behind the plan's ranges; safe for use by several threads
/// @param directions what the last pass starts from instead of the inputs, or null
record PassContext(
        MergePlan plan,
        LeafGrid grid,
        PlanInputs inputs,
        Workload workload,
        Progress progress,
        @Nullable StoredDirections directions) {
    PassContext(MergePlan plan, LeafGrid grid, PlanInputs inputs, Workload workload, Progress progress) {
        this(plan, grid, inputs, workload, progress, null);
    }

    int taskCount() {
        return plan.inputs().size() - 1;
    }

    /// The same over other units.
    PassContext withGrid(LeafGrid other) {
        return new PassContext(plan, other, inputs, workload, progress, directions);
    }

    /// The same with the last pass over directions in memory.
    PassContext withDirections(StoredDirections stored) {
        return new PassContext(plan, grid, inputs, workload, progress, stored);
    }

    /// What the last pass goes through, for one thread.
    SliceSource newSource() {
        return directions == null ? newLoader() : directions.newReader(this);
    }

    /// A loader of the inputs for one thread.
    SliceLoader newLoader() {
        return new SliceLoader(plan, inputs, workload.sliceElements());
    }
}
