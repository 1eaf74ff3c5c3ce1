package org.modelmerge.kernel;

/// Keys of floats: ints in the order of the numbers.
///
/// -0 has the key of +0. NaN, whatever its bits, has one key, the largest that is used.
public final class FloatKey {
    private FloatKey() {}

    /// The key of a number.
    public static int of(float value) {
        int bits = Float.floatToIntBits(value + 0f);
        return bits ^ ((bits >> 31) >>> 1);
    }

    /// The number with a key.
    public static float value(int key) {
        return Float.intBitsToFloat(key ^ ((key >> 31) >>> 1));
    }
}
