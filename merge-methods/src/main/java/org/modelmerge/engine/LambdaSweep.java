package org.modelmerge.engine;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.modelmerge.method.LinearInLambda;
import org.modelmerge.method.LinearInLambda.Directions;
import org.modelmerge.method.MergeMethod;

/// Merges of the same models that differ in lambda alone, one after the other.
///
/// Statistics are taken once. The base and the directions that lambdas multiply are kept in memory where they fit;
/// then only tensors that are copied are read again. Where they do not fit, each merge reads its inputs once. Either
/// way a result has the bits of [MergeJob#run].
///
/// Works as long as its job is open. Not for use by several threads.
public final class LambdaSweep {
    private final PassContext context;
    private final LinearInLambda method;
    private final Directions directions;
    private final @Nullable StoredDirections stored;
    private final List<String> warnings;

    /// @param context of a plan without statistics
    /// @param method bound to the models
    LambdaSweep(
            PassContext context,
            LinearInLambda method,
            Directions directions,
            @Nullable StoredDirections stored,
            List<String> warnings) {
        this.context = stored == null ? context : context.withDirections(stored);
        this.method = method;
        this.directions = directions;
        this.stored = stored;
        this.warnings = List.copyOf(warnings);
    }

    /// Whether directions are in memory.
    public boolean isInMemory() {
        return stored != null;
    }

    /// Whether this method differs from the job's in the values of lambda at most.
    public boolean covers(MergeMethod other) {
        return method.sharesDirections(other);
    }

    /// The merge by another method.
    ///
    /// @throws IllegalArgumentException if the method is [not covered][#covers]
    public MergedTensors tensors(MergeMethod other) {
        if (!(other instanceof LinearInLambda linear) || !covers(other)) {
            throw new IllegalArgumentException(other + " has not the directions of " + method);
        }
        MergeMethod.Step step =
                stored == null ? linear.step(directions) : slice -> linear.combine(slice, slice.experts());
        return new MergedTensors(context, linear, step, warnings);
    }
}
