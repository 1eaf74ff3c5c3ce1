package org.modelmerge.engine;

import java.util.ArrayList;
import java.util.List;
import org.modelmerge.engine.MergePlan.PlannedTensor;

/// The partition of a plan's output: leaves, which never cross a tensor, and units of consecutive leaves, which never
/// cross an output file. It follows from the plan alone.
final class LeafGrid {
    private static final int LEAVES_PER_UNIT = 4096;

    private final List<Unit> units;
    private final int mergedLeafCount;
    private final int mergedTensorCount;

    /// Consecutive leaves of one output file that are worked on together.
    ///
    /// @param index place in the grid
    /// @param file index of the output file
    /// @param leaves in output order
    record Unit(int index, int file, List<Leaf> leaves) {}

    private LeafGrid(List<Unit> units, int mergedLeafCount, int mergedTensorCount) {
        this.units = units;
        this.mergedLeafCount = mergedLeafCount;
        this.mergedTensorCount = mergedTensorCount;
    }

    static LeafGrid of(MergePlan plan) {
        List<Unit> units = new ArrayList<>();
        List<Leaf> pending = new ArrayList<>();
        long weight = 0;
        int file = 0;
        int ordinal = 0;
        int merged = 0;
        for (int t = 0; t < plan.tensors().size(); t++) {
            PlannedTensor tensor = plan.tensors().get(t);
            boolean isMerged = tensor.isMerged();
            long size = isMerged ? tensor.shape().elementCount() : tensor.byteCount();
            long grain = isMerged ? plan.leafElements() : 4L * plan.leafElements();
            for (long start = 0; start < size; start += grain) {
                int count = (int) Math.min(grain, size - start);
                boolean full = weight >= grain || pending.size() >= LEAVES_PER_UNIT;
                if (!pending.isEmpty() && (full || tensor.outputFile() != file)) {
                    units.add(new Unit(units.size(), file, List.copyOf(pending)));
                    pending.clear();
                    weight = 0;
                }
                file = tensor.outputFile();
                pending.add(
                        isMerged ? new Leaf(t, merged, ordinal++, start, count) : new Leaf(t, -1, -1, start, count));
                weight += count;
            }
            merged += isMerged ? 1 : 0;
        }
        if (!pending.isEmpty()) {
            units.add(new Unit(units.size(), file, List.copyOf(pending)));
        }
        return new LeafGrid(List.copyOf(units), ordinal, merged);
    }

    /// The leaves of one tensor alone, each a unit.
    ///
    /// @param tensor index into the plan's tensors
    LeafGrid ofTensor(int tensor) {
        List<Unit> chosen = new ArrayList<>();
        for (Unit unit : units) {
            for (Leaf leaf : unit.leaves()) {
                if (leaf.tensor() == tensor) {
                    chosen.add(new Unit(chosen.size(), unit.file(), List.of(leaf)));
                }
            }
        }
        return new LeafGrid(List.copyOf(chosen), mergedLeafCount, mergedTensorCount);
    }

    List<Unit> units() {
        return units;
    }

    int mergedLeafCount() {
        return mergedLeafCount;
    }

    int mergedTensorCount() {
        return mergedTensorCount;
    }
}
