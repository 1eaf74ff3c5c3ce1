package org.modelmerge.network;

import java.util.Arrays;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;

/// What a head says to one item after the other.
final class Predictions {
    private final Head head;
    private int[] classes = new int[1024];
    private int count;

    Predictions(Head head) {
        this.head = head;
    }

    /// Adds the answers to the next items.
    ///
    /// @param features `[items][d]`
    /// @throws MergeException `NON_FINITE` if a logit is NaN or infinite
    void add(float[][] features) throws MergeException {
        if (count + features.length > classes.length) {
            classes = Arrays.copyOf(classes, Math.max(count + features.length, 2 * classes.length));
        }
        for (float[] item : features) {
            int predicted = head.predict(item);
            if (predicted < 0) {
                throw MergeException.of(
                                ErrorCode.NON_FINITE,
                                "item " + count + ": the network gives NaN or infinity, expected numbers")
                        .withHint("the weights of this model are not finite, or too large for the network");
            }
            classes[count++] = predicted;
        }
    }

    /// The answers so far.
    ///
    /// @throws MergeException `MALFORMED` if there are none
    int[] classes() throws MergeException {
        if (count == 0) {
            throw MergeException.of(ErrorCode.MALFORMED, "no items (got 0, expected at least 1)");
        }
        return Arrays.copyOf(classes, count);
    }
}
