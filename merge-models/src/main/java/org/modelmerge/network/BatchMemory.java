package org.modelmerge.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// The native memory of one batch: inputs, constants, and everything that is computed from them.
///
/// All of it is freed by [#close()]; what must live on is copied to the heap before. For one thread.
public final class BatchMemory implements AutoCloseable {
    private final NDManager manager;
    private final Arena arena = Arena.ofConfined();
    private final NDScope scope = new NDScope();
    private final DataType type;

    BatchMemory(NDManager parent) {
        this(parent, DataType.FLOAT32);
    }

    /// @param type of inputs and constants; networks compute in float32, tests of gradients in float64
    BatchMemory(NDManager parent, DataType type) {
        this.manager = parent.newSubManager();
        this.type = type;
    }

    /// An input of float32 numbers of this shape.
    ///
    /// @param fill writes all elements, in row-major order
    public NDArray floats(Shape shape, Consumer<ByteBuffer> fill) {
        NDArray floats = input(shape, DataType.FLOAT32, fill);
        return type == DataType.FLOAT32 ? floats : floats.toType(type, true);
    }

    /// An int64 input of this shape.
    ///
    /// @param fill writes all elements, in row-major order
    public NDArray longs(Shape shape, Consumer<ByteBuffer> fill) {
        return input(shape, DataType.INT64, fill);
    }

    /// A float32 input that lives as long as this memory, even if it is first needed inside [#freeing].
    ///
    /// @param fill writes all elements, in row-major order
    NDArray lasting(Shape shape, Consumer<ByteBuffer> fill) {
        NDArray array = floats(shape, fill);
        NDScope.unregister(array);
        return array;
    }

    private NDArray input(Shape shape, DataType type, Consumer<ByteBuffer> fill) {
        ByteBuffer buffer = arena.allocate(Math.multiplyExact(shape.size(), type.getNumOfBytes()), Weights.ALIGNMENT)
                .asByteBuffer()
                .order(ByteOrder.nativeOrder());
        fill.accept(buffer);
        return manager.create(buffer.rewind(), shape, type);
    }

    /// Float32 numbers where they lie, in native memory that outlives this one.
    NDArray over(MemorySegment numbers, Shape shape) {
        return manager.create(numbers.asByteBuffer().order(ByteOrder.nativeOrder()), shape, DataType.FLOAT32);
    }

    /// A number as an operand. DJL's operations with Java numbers have wrong gradients.
    public NDArray constant(float value) {
        return constants(new Shape(), value);
    }

    /// An operand of this shape, the same number everywhere.
    public NDArray constants(Shape shape, float value) {
        return manager.full(shape, value, type);
    }

    /// The result of `steps`; whatever else they computed is freed at once, and the next steps find it in the
    /// caches.
    public NDArray freeing(Supplier<NDArray> steps) {
        NDArray result;
        try (NDScope inner = new NDScope()) {
            inner.suppressNotUsedWarning();
            result = steps.get();
            NDScope.unregister(result);
        }
        NDScope.register(result);
        return result;
    }

    @Override
    public void close() {
        scope.close();
        manager.close();
        arena.close();
    }
}
