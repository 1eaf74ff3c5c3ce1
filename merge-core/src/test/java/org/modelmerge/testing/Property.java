package org.modelmerge.testing;

import java.util.SplittableRandom;

/// Checks that something holds for many random cases.
///
/// The cases are the same in every run: case k of the property NAME has a seed made from both. A failure names the
/// seed; [#forSeed(String, long, Check)] runs that case alone.
public final class Property {
    private Property() {}

    /// What must hold for the case that a seed stands for; it throws if it does not.
    @FunctionalInterface
    public interface Check {
        void accept(long seed) throws Exception;
    }

    /// Runs the check for `cases` seeds.
    ///
    /// @throws AssertionError for the first case that fails, with its seed and cause
    public static void forAll(String name, int cases, Check check) {
        SplittableRandom seeds = new SplittableRandom(name.hashCode());
        for (int i = 0; i < cases; i++) {
            forSeed(name, seeds.nextLong(), check);
        }
    }

    /// Runs the check for one seed, as a failure printed it.
    public static void forSeed(String name, long seed, Check check) {
        try {
            check.accept(seed);
        } catch (Exception | AssertionError e) {
            throw new AssertionError(name + " does not hold for seed " + seed + "L: " + e.getMessage(), e);
        }
    }
}
