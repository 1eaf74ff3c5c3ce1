package org.modelmerge.checkpoint;

import java.util.Arrays;
import java.util.stream.Collectors;

/// The sizes of a tensor's dimensions, row-major; a scalar has none, and a size may be 0.
///
/// Immutable. Sizes are not negative; their product is checked with [#elementCount()] when a header is read.
public final class Shape {
    private final long[] sizes;

    private Shape(long[] sizes) {
        this.sizes = sizes;
    }

    /// A shape of these sizes, copied.
    ///
    /// @throws IllegalArgumentException if a size is negative
    public static Shape of(long... sizes) {
        for (long size : sizes) {
            if (size < 0) {
                throw new IllegalArgumentException("negative size in shape " + Arrays.toString(sizes));
            }
        }
        return new Shape(sizes.clone());
    }

    /// The number of dimensions.
    public int rank() {
        return sizes.length;
    }

    /// The size of one dimension.
    public long size(int dimension) {
        return sizes[dimension];
    }

    /// The sizes, copied.
    public long[] sizes() {
        return sizes.clone();
    }

    /// The product of the sizes, 1 for a scalar, 0 if a size is 0 whatever the others are.
    ///
    /// @throws ArithmeticException if it exceeds a long
    public long elementCount() {
        for (long size : sizes) {
            if (size == 0) {
                return 0;
            }
        }
        long count = 1;
        for (long size : sizes) {
            count = Math.multiplyExact(count, size);
        }
        return count;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Shape shape && Arrays.equals(sizes, shape.sizes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(sizes);
    }

    /// As in messages and reports: `[128, 64]`, `[]` for a scalar.
    @Override
    public String toString() {
        return Arrays.stream(sizes).mapToObj(Long::toString).collect(Collectors.joining(", ", "[", "]"));
    }
}
