package org.modelmerge.engine;

import java.util.BitSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.modelmerge.engine.MergePlan.PlannedTensor;
import org.modelmerge.error.MergeException;
import org.modelmerge.method.LinearInLambda.Directions;
import org.modelmerge.method.Slice;

/// The base and the directions of all merged tensors in memory: what lambdas are applied to without reading an input.
final class StoredDirections {
    private final Window[][] leaves;
    private final int sliceElements;

    /// One slice.
    ///
    /// @param agreed where all models have the bits of the base, null where arithmetic keeps these anyway
    private record Window(
            float[] base,
            PackedFloats[] directions,
            @Nullable BitSet agreed) {
        long bytes() {
            long bytes = (long) base.length * Float.BYTES + (agreed == null ? 0 : agreed.size() / Byte.SIZE);
            for (PackedFloats direction : directions) {
                bytes += direction.bytes();
            }
            return bytes;
        }
    }

    private StoredDirections(int leafCount, int sliceElements) {
        this.leaves = new Window[leafCount][];
        this.sliceElements = sliceElements;
    }

    /// Reads all inputs once.
    ///
    /// @param keepsAgreement whether the method keeps elements on which all models agree
    /// @param memoryBytes how much the values may take
    /// @return null if they do not fit
    static @Nullable StoredDirections of(
            PassContext context, Directions directions, boolean keepsAgreement, long memoryBytes)
            throws MergeException {
        long mergedBytes = context.plan().mergedElementCount() * Float.BYTES;
        if (mergedBytes > memoryBytes) {
            return null;
        }
        StoredDirections stored = new StoredDirections(
                context.grid().mergedLeafCount(), context.workload().sliceElements());
        AtomicLong left = new AtomicLong(memoryBytes);
        context.progress().startPass("directions", MergeBytes.ofMergedTensors(context.plan()));
        List<Filler> _ = new UnitPool(context.workload().threads())
                .run(context.grid().units().size(), () -> stored.new Filler(context, directions, keepsAgreement, left));
        return left.get() < 0 ? null : stored;
    }

    /// Slices whose experts are the directions.
    SliceSource newReader(PassContext context) {
        return new Reader(context);
    }

    private final class Filler implements UnitPool.Worker {
        private final PassContext context;
        private final Directions directions;
        private final boolean keepsAgreement;
        private final AtomicLong left;
        private final SliceLoader loader;

        Filler(PassContext context, Directions directions, boolean keepsAgreement, AtomicLong left) {
            this.context = context;
            this.directions = directions;
            this.keepsAgreement = keepsAgreement;
            this.left = left;
            this.loader = context.newLoader();
        }

        @Override
        public void work(int unit) throws MergeException {
            for (Leaf leaf : context.grid().units().get(unit).leaves()) {
                if (leaf.isMerged() && left.get() >= 0) {
                    fill(leaf);
                }
            }
        }

        private void fill(Leaf leaf) throws MergeException {
            long bytes = loader.bytesPerElement(context.plan().tensors().get(leaf.tensor()));
            Window[] windows = new Window[(leaf.count() + sliceElements - 1) / sliceElements];
            loader.forEachSlice(leaf, (slice, start) -> {
                Window window = window(slice);
                left.addAndGet(-window.bytes());
                windows[(int) ((start - leaf.start()) / sliceElements)] = window;
                context.progress().read(slice.size() * bytes);
            });
            leaves[leaf.ordinal()] = windows;
        }

        private Window window(Slice slice) {
            float[][] values = directions.of(slice);
            PackedFloats[] packed = new PackedFloats[values.length];
            for (int k = 0; k < packed.length; k++) {
                packed[k] = PackedFloats.of(values[k]);
            }
            BitSet agreed = keepsAgreement && loader.mayLoseAgreement() ? agreed(directions.heard(slice)) : null;
            return new Window(slice.base().clone(), packed, agreed);
        }

        private static BitSet agreed(Slice slice) {
            BitSet agreed = new BitSet(slice.size());
            for (int j = 0; j < slice.size(); j++) {
                int bits = Float.floatToRawIntBits(slice.base()[j]);
                boolean same = true;
                for (float[] expert : slice.experts()) {
                    same &= Float.floatToRawIntBits(expert[j]) == bits;
                }
                agreed.set(j, same);
            }
            return agreed;
        }
    }

    private final class Reader implements SliceSource {
        private final PassContext context;
        private final Slice.Workspace workspace = new Slice.Workspace();
        private float[][] directions = new float[0][];
        private @Nullable BitSet agreed;

        Reader(PassContext context) {
            this.context = context;
        }

        @Override
        public void forEachSlice(Leaf leaf, Visitor visitor) throws MergeException {
            String tensor = context.plan().tensors().get(leaf.tensor()).name();
            long start = leaf.start();
            for (Window window : leaves[leaf.ordinal()]) {
                float[] base = window.base();
                agreed = window.agreed();
                visitor.visit(workspace.slice(tensor, leaf.merged(), base, unpacked(window)), start);
                start += base.length;
            }
        }

        private float[][] unpacked(Window window) {
            int count = window.base().length;
            if (directions.length == 0 || directions[0].length != count) {
                directions = new float[window.directions().length][count];
            }
            for (int k = 0; k < directions.length; k++) {
                window.directions()[k].unpack(directions[k]);
            }
            return directions;
        }

        @Override
        public void keepAgreement(Slice slice) {
            BitSet places = agreed;
            if (places != null) {
                for (int j = places.nextSetBit(0); j >= 0; j = places.nextSetBit(j + 1)) {
                    slice.out()[j] = slice.base()[j];
                }
            }
        }

        @Override
        public long bytesPerElement(PlannedTensor tensor) {
            return 0;
        }
    }
}
