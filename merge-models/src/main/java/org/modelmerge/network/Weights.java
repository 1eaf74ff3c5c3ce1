package org.modelmerge.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.Map;
import org.modelmerge.checkpoint.Shape;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;

/// The tensors of a network as float32 in native memory, which libtorch reads where it lies.
///
/// Loading writes into the same memory again, so a network gets other weights without new arrays.
final class Weights implements Blueprint.Tensors, AutoCloseable {
    /// A cache line, and what libtorch's own memory is aligned to.
    static final int ALIGNMENT = 64;

    // Shared, because whoever closes a network need not be the thread that opened it.
    private final Arena arena = Arena.ofShared();
    private final Map<String, Shape> shapes;
    private final Map<String, ByteBuffer> buffers = new LinkedHashMap<>();
    private final Map<String, NDArray> arrays = new LinkedHashMap<>();

    /// Memory for these tensors, filled with zeros.
    Weights(NDManager manager, Map<String, Shape> shapes) {
        this.shapes = shapes;
        shapes.forEach((name, shape) -> {
            long bytes = Math.multiplyExact(shape.elementCount(), ValueLayout.JAVA_FLOAT.byteSize());
            ByteBuffer buffer = arena.allocate(bytes, ALIGNMENT).asByteBuffer().order(ByteOrder.nativeOrder());
            buffers.put(name, buffer);
            arrays.put(name, manager.create(buffer, new ai.djl.ndarray.types.Shape(shape.sizes()), DataType.FLOAT32));
        });
    }

    /// Checks that the source has every tensor in its shape.
    ///
    /// @throws MergeException `MISSING_TENSOR` or `MISMATCH`, naming the first and the others in the details
    static void check(Map<String, Shape> needed, WeightSource source) throws MergeException {
        for (Map.Entry<String, Shape> tensor : needed.entrySet()) {
            Shape shape = source.shapes().get(tensor.getKey());
            if (shape == null) {
                throw TensorShapes.missing(tensor.getKey()).inFile(source.name());
            }
            if (!shape.equals(tensor.getValue())) {
                throw MergeException.of(
                                ErrorCode.MISMATCH,
                                "wrong shape for the network (got " + shape + ", expected " + tensor.getValue() + ")")
                        .atTensor(tensor.getKey())
                        .inFile(source.name());
            }
        }
    }

    /// Replaces all elements.
    ///
    /// @throws MergeException as [#check] and the source do; some tensors may be replaced then
    void load(WeightSource source) throws MergeException {
        check(shapes, source);
        for (Map.Entry<String, ByteBuffer> buffer : buffers.entrySet()) {
            source.read(
                    buffer.getKey(),
                    buffer.getValue().duplicate().order(ByteOrder.nativeOrder()).asFloatBuffer());
        }
        source.checkUnchanged();
    }

    @Override
    public NDArray get(String name) {
        NDArray array = arrays.get(name);
        if (array == null) {
            throw new IllegalArgumentException("the network did not ask for " + name);
        }
        return array;
    }

    @Override
    public void close() {
        arrays.values().forEach(NDArray::close);
        arena.close();
    }
}
