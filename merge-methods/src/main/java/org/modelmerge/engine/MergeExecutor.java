package org.modelmerge.engine;

import java.util.BitSet;
import org.modelmerge.error.MergeException;
import org.modelmerge.method.MergeMethod;
import org.modelmerge.method.Statistic;

/// Where the passes of a plan run. Threads of this process are the first form; other machines would be another: what
/// crosses to them is the plan, the binary states of earlier passes and unit numbers, never a closure.
interface MergeExecutor {
    /// Folds all units into one state. Calls come in the order of the passes, so a remote executor can replay the
    /// method with the states it has returned.
    Statistic.State reduce(Statistic<?> statistic) throws MergeException;

    /// Computes and writes units of the output, and measures them.
    ///
    /// @param units which units
    LeafStatistics emit(MergeMethod method, MergeMethod.Step step, BitSet units, UnitSink sink) throws MergeException;
}
