package org.modelmerge.report;

import java.util.Comparator;
import java.util.List;
import org.modelmerge.engine.WeightStatistics;
import org.modelmerge.engine.WeightStatistics.TensorStatistics;

/// The tensors that a merge changed most, relative to their size in the base.
final class TopChanged {
    private static final int COUNT = 10;

    private TopChanged() {}

    /// At most ten changed tensors, the most changed first, equal ones by name. Tensors that are zero in the base have
    /// no relative change and are left out.
    static List<TensorStatistics> of(WeightStatistics statistics) {
        return statistics.perTensor().stream()
                .filter(tensor -> tensor.sums().relativeChange() > 0)
                .sorted(Comparator.comparingDouble(
                                (TensorStatistics tensor) -> tensor.sums().relativeChange())
                        .reversed()
                        .thenComparing(TensorStatistics::name))
                .limit(COUNT)
                .toList();
    }
}
