package org.modelmerge.kernel;

/// Random bits by position: a pure function of a key and an index, so that any part of a sequence can be had without
/// the others, on any thread.
///
/// The mixing function is that of SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators",
/// 2014).
public final class CounterHash {
    private static final long GOLDEN_GAMMA = 0x9e3779b97f4a7c15L;

    private CounterHash() {}

    /// A key for a seed and some text.
    public static long key(long seed, String text) {
        long key = mix(seed + GOLDEN_GAMMA);
        for (int i = 0; i < text.length(); i++) {
            key = mix(key ^ text.charAt(i)) + GOLDEN_GAMMA;
        }
        return key;
    }

    /// 64 random bits.
    public static long bits(long key, long index) {
        return mix(key + (index + 1) * GOLDEN_GAMMA);
    }

    /// A number in [0, 1), a multiple of 2^-53.
    public static double unit(long key, long index) {
        return (bits(key, index) >>> 11) * 0x1.0p-53;
    }

    private static long mix(long z) {
        long x = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        x = (x ^ (x >>> 27)) * 0x94d049bb133111ebL;
        return x ^ (x >>> 31);
    }
}
