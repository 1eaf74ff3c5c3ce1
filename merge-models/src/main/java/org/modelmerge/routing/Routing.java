package org.modelmerge.routing;

/// Which shares of the exclusive experts an input gets.
public sealed interface Routing {
    /// What the router says of each input.
    ///
    /// @param groupRadius inputs whose shares differ by at most this total variation share one composed model; 0
    /// mixes the experts for each input by itself
    record Learned(double groupRadius) implements Routing {
        /// Each input by itself.
        public static final Learned PER_EXAMPLE = new Learned(0);

        /// Refuses what is no distance.
        public Learned {
            if (!(groupRadius >= 0 && groupRadius <= 1)) {
                throw new IllegalArgumentException("a total variation of " + groupRadius);
            }
        }
    }

    /// The true task's expert alone, which no router can know: what perfect routing would give.
    record Oracle() implements Routing {}

    /// No expert: the shared expert alone.
    record None() implements Routing {}

    /// The word on the command line.
    default String word() {
        return switch (this) {
            case Learned _ -> "learned";
            case Oracle _ -> "oracle";
            case None _ -> "none";
        };
    }
}
