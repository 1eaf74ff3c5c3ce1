package org.modelmerge.engine;

/// What every worker of a pass needs.
///
/// @param inputs open files behind the plan's ranges; safe for use by several threads
record PassContext(MergePlan plan, LeafGrid grid, PlanInputs inputs, Workload workload, Progress progress) {
    int taskCount() {
        return plan.inputs().size() - 1;
    }

    /// The same over other units.
    PassContext withGrid(LeafGrid other) {
        return new PassContext(plan, other, inputs, workload, progress);
    }

    /// A loader for one thread.
    SliceLoader newLoader() {
        return new SliceLoader(plan, inputs, workload.sliceElements());
    }
}
