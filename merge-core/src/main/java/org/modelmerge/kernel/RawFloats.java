package org.modelmerge.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// Questions about stored floats of 16, 32 or 64 bits, answered on 64-bit words without decoding them.
///
/// @param bits size of one float
/// @param exponent the bits of its exponent
public record RawFloats(int bits, long exponent) {
    /// Sign, 5 bits of exponent, 10 of fraction.
    public static final RawFloats F16 = new RawFloats(16, 0x7c00);
    /// Sign, 8 bits of exponent, 7 of fraction.
    public static final RawFloats BF16 = new RawFloats(16, 0x7f80);
    /// Sign, 8 bits of exponent, 23 of fraction.
    public static final RawFloats F32 = new RawFloats(32, 0x7f800000);
    /// Sign, 11 bits of exponent, 52 of fraction.
    public static final RawFloats F64 = new RawFloats(64, 0x7ff0000000000000L);

    private static final ValueLayout.OfLong WORD = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /// Whether some of the numbers is NaN or infinite.
    public boolean hasNonFinite(MemorySegment bytes) {
        long exponents = everywhere(exponent);
        // Adding the lowest bit of a full exponent carries into the sign; no other exponent does.
        long carry = everywhere(Long.lowestOneBit(exponent));
        int words = words(bytes);
        long seen = 0;
        for (int k = 0; k < words; k++) {
            seen |= (bytes.get(WORD, (long) Long.BYTES * k) & exponents) + carry;
        }
        seen |= (lastWord(bytes) & exponents) + carry;
        return (seen & signs()) != 0;
    }

    /// Whether some of the numbers is -0.
    public boolean hasNegativeZero(MemorySegment bytes) {
        long signs = signs();
        long ones = everywhere(1);
        int words = words(bytes);
        long seen = 0;
        for (int k = 0; k < words; k++) {
            // Zero where the number is -0; the classic test for a zero lane, right as to whether there is one.
            long word = bytes.get(WORD, (long) Long.BYTES * k) ^ signs;
            seen |= (word - ones) & ~word;
        }
        long word = lastWord(bytes) ^ signs;
        seen |= (word - ones) & ~word;
        return (seen & signs) != 0;
    }

    /// The index of the first NaN or infinity, or -1.
    public int firstNonFinite(MemorySegment bytes) {
        if (!hasNonFinite(bytes)) {
            return -1;
        }
        int size = bits / Byte.SIZE;
        for (int j = 0; ; j++) {
            if (hasNonFinite(bytes.asSlice((long) size * j, size))) {
                return j;
            }
        }
    }

    /// An int, because only loops with an int bound are compiled for vectors.
    private static int words(MemorySegment bytes) {
        return Math.toIntExact(bytes.byteSize() / Long.BYTES);
    }

    /// The bytes after the last whole word, the rest 0.
    private static long lastWord(MemorySegment bytes) {
        long word = 0;
        long start = bytes.byteSize() / Long.BYTES * Long.BYTES;
        for (long k = start; k < bytes.byteSize(); k++) {
            word |= (bytes.get(ValueLayout.JAVA_BYTE, k) & 0xffL) << (Byte.SIZE * (k - start));
        }
        return word;
    }

    private long signs() {
        return everywhere(1L << (bits - 1));
    }

    /// The same bits in every number of a word.
    private long everywhere(long lane) {
        long word = lane;
        for (int shift = bits; shift < Long.SIZE; shift += bits) {
            word |= lane << shift;
        }
        return word;
    }
}
