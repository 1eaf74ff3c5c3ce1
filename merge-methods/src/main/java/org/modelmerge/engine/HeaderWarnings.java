package org.modelmerge.engine;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.modelmerge.checkpoint.DType;
import org.modelmerge.engine.MergePlan.PlannedTensor;
import org.modelmerge.engine.MergePlan.Range;
import org.modelmerge.error.Printable;

/// What the headers alone give reason to warn of.
final class HeaderWarnings {
    private HeaderWarnings() {}

    static List<String> of(MergePlan plan) {
        List<String> warnings = new ArrayList<>();
        if (plan.mergedElementCount() == 0) {
            warnings.add("no element is merged: the output is a copy of the base");
        }
        List<PlannedTensor> merged =
                plan.tensors().stream().filter(PlannedTensor::isMerged).toList();
        Set<DType> ofBase = dtypes(merged, 0);
        boolean hasF64 = ofBase.contains(DType.F64);
        Map<Set<DType>, List<String>> narrower = new LinkedHashMap<>();
        for (int model = 1; model < plan.inputs().size(); model++) {
            Set<DType> ofExpert = dtypes(merged, model);
            hasF64 |= ofExpert.contains(DType.F64);
            if (isNarrower(merged, model)) {
                String name = Printable.text(plan.inputs().get(model).name());
                narrower.computeIfAbsent(ofExpert, _ -> new ArrayList<>()).add(name);
            }
        }
        narrower.forEach((dtypes, experts) -> warnings.add(narrower(experts, words(dtypes), words(ofBase))));
        if (hasF64) {
            warnings.add("F64 tensors are rounded to F32 before merging");
        }
        return warnings;
    }

    private static String narrower(List<String> experts, String dtypes, String ofBase) {
        return experts.size() == 1
                ? "expert " + experts.getFirst() + " is " + dtypes + " and the base " + ofBase
                        + ": what the expert changed by less than half a step of its dtype was lost when it was saved"
                : "experts " + String.join(", ", experts) + " are " + dtypes + " and the base " + ofBase
                        + ": what they changed by less than half a step of their dtype was lost when they were saved";
    }

    private static boolean isNarrower(List<PlannedTensor> merged, int model) {
        return merged.stream().anyMatch(tensor -> {
            Range base = tensor.ranges().getFirst();
            Range expert = tensor.ranges().get(model);
            return base != null
                    && expert != null
                    && expert.dtype().bits() < Math.min(32, base.dtype().bits());
        });
    }

    private static String words(Set<DType> dtypes) {
        return dtypes.stream().map(DType::name).collect(Collectors.joining(" and "));
    }

    private static Set<DType> dtypes(List<PlannedTensor> merged, int model) {
        Set<DType> dtypes = EnumSet.noneOf(DType.class);
        for (PlannedTensor tensor : merged) {
            Range range = tensor.ranges().get(model);
            if (range != null) {
                dtypes.add(range.dtype());
            }
        }
        return dtypes;
    }
}
