package org.modelmerge.engine;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.modelmerge.adamerging.AdaMerging;
import org.modelmerge.adamerging.CoefficientTable;
import org.modelmerge.adamerging.Granularity;
import org.modelmerge.arithmetic.TaskArithmetic;
import org.modelmerge.average.Average;
import org.modelmerge.method.Coefficients;
import org.modelmerge.method.Density;
import org.modelmerge.method.MergeMethod;
import org.modelmerge.pcb.Degenerate;
import org.modelmerge.pcb.Pcb;
import org.modelmerge.pcb.PcbVariant;
import org.modelmerge.ties.MergeFunction;
import org.modelmerge.ties.Ties;
import org.modelmerge.ties.TrimScope;

/// Every method in every form, for three experts.
final class Methods {
    private Methods() {}

    static List<MergeMethod> all(TestModel base) {
        Coefficients list = Coefficients.perTask(0.3f, -0.7f, 1.1f);
        Density fifth = Density.percent(20);
        return List.of(
                Average.plain(),
                new Average(List.of(0.2f, 3f, -0.5f)),
                TaskArithmetic.of(0.3f),
                new TaskArithmetic(list),
                new Ties(fifth, MergeFunction.MEAN, TrimScope.MODEL, 1f),
                new Ties(fifth, MergeFunction.SUM, TrimScope.TENSOR, 0.3f),
                new Ties(Density.percent(50), MergeFunction.MAX, TrimScope.MODEL, 0.8f),
                new Ties(Density.fraction(1), MergeFunction.MEAN, TrimScope.TENSOR, 1f),
                pcb(PcbVariant.ROOT, Coefficients.shared(1.4f)),
                pcb(PcbVariant.ROOT, list),
                pcb(PcbVariant.NLP, Coefficients.shared(1f)),
                pcb(PcbVariant.VISION_MAIN, Coefficients.shared(1.2f)),
                pcb(PcbVariant.VISION_ES, list),
                new AdaMerging(taskWise(), null),
                new AdaMerging(layerWise(base), null),
                new AdaMerging(layerWise(base), fifth));
    }

    static Pcb pcb(PcbVariant variant, Coefficients lambda) {
        return new Pcb(variant, Density.percent(10), lambda, Degenerate.FAIL);
    }

    static CoefficientTable taskWise() {
        return new CoefficientTable(
                Granularity.TASK, List.of(), Map.of(CoefficientTable.ALL, List.of(0.3f, 1.7f, -0.2f)), true);
    }

    /// Coefficients on both sides of the clamp.
    static CoefficientTable layerWise(TestModel base) {
        SplittableRandom random = new SplittableRandom(5);
        Map<String, List<Float>> rows = new LinkedHashMap<>();
        for (TestTensor tensor : base.tensors()) {
            rows.put(tensor.name(), List.of(one(random), one(random), one(random)));
        }
        return new CoefficientTable(Granularity.LAYER, List.of(), rows, true);
    }

    private static float one(SplittableRandom random) {
        return (float) random.nextDouble(-0.3, 1.3);
    }
}
