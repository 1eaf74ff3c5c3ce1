package org.modelmerge.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.modelmerge.engine.WeightStatistics;
import org.modelmerge.engine.WeightStatistics.Sums;
import org.modelmerge.engine.WeightStatistics.TensorStatistics;

/// The statistics of one layer's tensors, added up.
///
/// @param name the tensors' common prefix
/// @param tensorCount merged tensors
/// @param elementCount their elements
/// @param relativeChange |merged| / |base|, NaN where the base is 0
/// @param signAgreement share of elements with some non-zero tau where all non-zero tau agree, NaN without any
/// @param norms per task, |tau_i|
record LayerStatistics(
        String name,
        long tensorCount,
        long elementCount,
        double relativeChange,
        double signAgreement,
        List<Double> norms) {

    /// All layers, in the natural order of their tensors' names.
    static List<LayerStatistics> of(WeightStatistics statistics) {
        Map<String, Total> layers = new LinkedHashMap<>();
        statistics.perTensor().stream()
                .sorted(Comparator.comparing(TensorStatistics::name, NaturalOrder.INSTANCE))
                .forEach(tensor -> layers.computeIfAbsent(
                                layerOf(tensor.name()),
                                _ -> new Total(statistics.tasks().size()))
                        .add(tensor.sums()));
        return layers.entrySet().stream()
                .map(entry -> entry.getValue().layer(entry.getKey()))
                .toList();
    }

    /// The layer that a tensor belongs to: its name up to the first component that is an integer, for example
    /// `encoder.layer.3` or `blk.0`; without one, its first component.
    static String layerOf(String tensor) {
        int begin = 0;
        while (begin <= tensor.length()) {
            int dot = tensor.indexOf('.', begin);
            int end = dot < 0 ? tensor.length() : dot;
            if (isInteger(tensor, begin, end)) {
                return tensor.substring(0, end);
            }
            begin = end + 1;
        }
        int dot = tensor.indexOf('.');
        return dot < 0 ? tensor : tensor.substring(0, dot);
    }

    private static boolean isInteger(String text, int begin, int end) {
        return end > begin && text.substring(begin, end).chars().allMatch(c -> c >= '0' && c <= '9');
    }

    private static final class Total {
        private final double[] tauSquares;
        private long tensorCount;
        private long elementCount;
        private long activeCount;
        private long agreeingCount;
        private double baseSquares;
        private double mergedSquares;

        Total(int tasks) {
            tauSquares = new double[tasks];
        }

        void add(Sums sums) {
            tensorCount++;
            elementCount += sums.elementCount();
            activeCount += sums.activeCount();
            agreeingCount += sums.agreeingCount();
            baseSquares += sums.baseSquares();
            mergedSquares += sums.mergedSquares();
            for (int i = 0; i < tauSquares.length; i++) {
                tauSquares[i] += sums.tauSquares()[i];
            }
        }

        LayerStatistics layer(String name) {
            List<Double> norms = new ArrayList<>();
            for (double squares : tauSquares) {
                norms.add(Math.sqrt(squares));
            }
            return new LayerStatistics(
                    name,
                    tensorCount,
                    elementCount,
                    baseSquares == 0 ? Double.NaN : Math.sqrt(mergedSquares) / Math.sqrt(baseSquares),
                    activeCount == 0 ? Double.NaN : (double) agreeingCount / activeCount,
                    List.copyOf(norms));
        }
    }
}
