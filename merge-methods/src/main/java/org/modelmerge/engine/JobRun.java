package org.modelmerge.engine;

import java.util.ArrayList;
import java.util.List;
import org.modelmerge.error.MergeException;
import org.modelmerge.method.MergeMethod;

/// The passes of one call of a [MergeJob]: who runs them, and what they warn of.
final class JobRun {
    private final PassContext context;
    private final LocalExecutor executor;
    private final List<String> warnings;

    /// @param headerWarnings what is known already
    JobRun(PassContext context, LocalExecutor executor, List<String> headerWarnings) {
        this.context = context;
        this.executor = executor;
        this.warnings = new ArrayList<>(headerWarnings);
    }

    PassContext context() {
        return context;
    }

    LocalExecutor executor() {
        return executor;
    }

    Progress progress() {
        return context.progress();
    }

    /// All warnings so far.
    List<String> warnings() {
        return List.copyOf(warnings);
    }

    void warn(List<String> more) {
        warnings.addAll(more);
    }

    /// Compares copied tensors of the experts with the base's.
    void checkCopies() throws MergeException {
        warn(new CopyCheck(context.inputs(), progress()).run(context.plan()));
    }

    PlanScan scan() {
        return new PlanScan(context.plan(), executor::reduce, warnings::add);
    }

    /// Runs the statistics of a method.
    MergeMethod.Step prepare(MergeMethod method) throws MergeException {
        return context.plan().mergedElementCount() == 0 ? slice -> {} : method.prepare(scan());
    }
}
