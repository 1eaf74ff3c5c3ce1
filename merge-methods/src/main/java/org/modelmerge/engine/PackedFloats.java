package org.modelmerge.engine;

import java.util.Arrays;

/// An array of floats without its zeros, bit for bit. A -0 is kept, so unpacking gives the same array again.
///
/// @param mask bit j says whether element j is there, 64 to a word
/// @param values the elements that are there, in order
record PackedFloats(long[] mask, float[] values) {
    private static final long ALL = -1L;

    static PackedFloats of(float[] all) {
        long[] mask = new long[(all.length + Long.SIZE - 1) / Long.SIZE];
        int count = 0;
        for (int j = 0; j < all.length; j++) {
            if (Float.floatToRawIntBits(all[j]) != 0) {
                mask[j / Long.SIZE] |= 1L << j;
                count++;
            }
        }
        float[] values = new float[count];
        int next = 0;
        for (float value : all) {
            if (Float.floatToRawIntBits(value) != 0) {
                values[next++] = value;
            }
        }
        return new PackedFloats(mask, values);
    }

    /// Writes all elements.
    ///
    /// @param target as long as the array that was packed
    void unpack(float[] target) {
        if (values.length == target.length) {
            System.arraycopy(values, 0, target, 0, values.length);
            return;
        }
        Arrays.fill(target, 0);
        int next = 0;
        for (int k = 0; k < mask.length; k++) {
            if (mask[k] == ALL) {
                System.arraycopy(values, next, target, k * Long.SIZE, Long.SIZE);
                next += Long.SIZE;
            } else {
                for (long rest = mask[k]; rest != 0; rest &= rest - 1) {
                    target[k * Long.SIZE + Long.numberOfTrailingZeros(rest)] = values[next++];
                }
            }
        }
    }

    long bytes() {
        return (long) mask.length * Long.BYTES + (long) values.length * Float.BYTES;
    }
}
