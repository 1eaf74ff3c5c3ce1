package org.modelmerge.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.twin.Exclusive;
import org.modelmerge.twin.ExclusiveExpert;
import org.modelmerge.twin.TwinFolder;
import org.modelmerge.twin.TwinManifest;

/// The exclusive experts of a Twin folder in native memory: their factors, not the matrices that these make.
///
/// Tensors that are stored as single elements are expanded: that takes the memory of a whole network an expert.
final class RoutedParts implements AutoCloseable {
    // Shared, because whoever closes a network need not be the thread that opened it.
    private final Arena arena = Arena.ofShared();
    private final NDManager manager;
    private final Map<String, RoutedPart> parts = new LinkedHashMap<>();

    private RoutedParts(NDManager manager) {
        this.manager = manager;
    }

    /// Reads the experts' parts of these tensors.
    ///
    /// @param tensors those that a network needs
    static RoutedParts read(NDManager manager, TwinFolder folder, Set<String> tensors) throws MergeException {
        RoutedParts read = new RoutedParts(manager);
        boolean complete = false;
        try {
            for (TwinManifest.Tensor tensor : folder.manifest().tensors()) {
                if (tensors.contains(tensor.name())) {
                    read.add(folder, tensor);
                }
            }
            complete = true;
            return read;
        } finally {
            if (!complete) {
                read.close();
            }
        }
    }

    private void add(TwinFolder folder, TwinManifest.Tensor tensor) throws MergeException {
        Shape shape = new Shape(tensor.shape().sizes());
        switch (tensor.form()) {
            case FACTORS -> {
                List<Exclusive.Factors> factors = new ArrayList<>();
                for (ExclusiveExpert expert : folder.experts()) {
                    factors.add((Exclusive.Factors) expert.read(tensor));
                }
                addFactors(tensor.name(), shape, factors);
            }
            case SPARSE, DENSE, ORACLE -> {
                int elements = Math.toIntExact(tensor.shape().elementCount());
                ByteBuffer values =
                        allocate(tensor.name(), (long) folder.experts().size() * elements);
                boolean isOracle = false;
                for (int i = 0; i < folder.experts().size(); i++) {
                    Exclusive exclusive = folder.experts().get(i).read(tensor);
                    isOracle |= exclusive instanceof Exclusive.Whole whole && whole.oracle();
                    float[] whole = new float[elements];
                    exclusive.addTo(whole, 0, 1);
                    values.asFloatBuffer().put(i * elements, whole);
                }
                Shape stack = new Shape(folder.experts().size(), elements);
                parts.put(tensor.name(), new RoutedPart.Stacked(shape, array(values, stack), isOracle));
            }
        }
    }

    private void addFactors(String name, Shape shape, List<Exclusive.Factors> factors) throws MergeException {
        int rows = factors.getFirst().rows();
        int columns = factors.getFirst().columns();
        int[] ranks = factors.stream().mapToInt(Exclusive.Factors::rank).toArray();
        int total = factors.stream().mapToInt(Exclusive.Factors::rank).sum();
        if (total == 0) {
            return;
        }
        ByteBuffer up = allocate(name, (long) rows * total);
        FloatBuffer rowByRow = up.asFloatBuffer();
        for (int row = 0; row < rows; row++) {
            for (Exclusive.Factors factor : factors) {
                rowByRow.put(factor.u(), row * factor.rank(), factor.rank());
            }
        }
        ByteBuffer down = allocate(name, (long) total * columns);
        FloatBuffer below = down.asFloatBuffer();
        factors.forEach(factor -> below.put(factor.vt()));
        parts.put(
                name,
                new RoutedPart.Factored(
                        shape, array(up, new Shape(rows, total)), array(down, new Shape(total, columns)), ranks));
    }

    private ByteBuffer allocate(String tensor, long elements) throws MergeException {
        long bytes = Math.multiplyExact(elements, Float.BYTES);
        if (bytes > Integer.MAX_VALUE) {
            throw MergeException.of(
                            ErrorCode.UNSUPPORTED_FORMAT,
                            "too large to be routed (got " + bytes + " bytes of all experts, expected at most "
                                    + Integer.MAX_VALUE + ")")
                    .atTensor(tensor);
        }
        return arena.allocate(Math.max(bytes, 1), Weights.ALIGNMENT)
                .asByteBuffer()
                .order(ByteOrder.nativeOrder());
    }

    private NDArray array(ByteBuffer buffer, Shape shape) {
        return manager.create(buffer.rewind(), shape, DataType.FLOAT32);
    }

    /// What the experts have of a tensor; null if it is the shared expert's alone.
    @Nullable
    RoutedPart get(String tensor) {
        return parts.get(tensor);
    }

    /// Whether a part is taken from the true task instead of being routed.
    boolean hasOracleTensors() {
        return parts.values().stream().anyMatch(RoutedPart::isOracle);
    }

    @Override
    public void close() {
        for (RoutedPart part : parts.values()) {
            switch (part) {
                case RoutedPart.Factored factored -> {
                    factored.up().close();
                    factored.down().close();
                }
                case RoutedPart.Stacked stacked -> stacked.values().close();
            }
        }
        parts.clear();
        arena.close();
    }
}
