package org.modelmerge.evaluation;

/// Random numbers by counting: number i of a seed is a hash of both, so it is the same on every machine, and whatever
/// was drawn before.
///
/// The hash is the output function of SplitMix64 (Steele, Lea, Flood, "Fast Splittable Pseudorandom Number
/// Generators", OOPSLA 2014), written out here because the JDK names no algorithm for its own class of that kind.
public final class CounterRandom {
    private static final long GOLDEN = 0x9e3779b97f4a7c15L;

    private final long origin;
    private long drawn;

    /// The numbers of a seed and a stream, from the first.
    ///
    /// @param stream numbers of different streams have nothing to do with each other
    public CounterRandom(long seed, long stream) {
        this.origin = mix(mix(seed) + mix(~stream));
    }

    /// The next number, in [0, 1), a multiple of 2^-53.
    public double uniform() {
        drawn++;
        return (mix(origin + drawn * GOLDEN) >>> 11) * 0x1p-53;
    }

    static long mix(long value) {
        long z = (value ^ (value >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}
