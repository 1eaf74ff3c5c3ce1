package org.modelmerge.method;

import java.util.List;
import java.util.Optional;
import java.util.function.LongUnaryOperator;
import java.util.function.ToLongFunction;
import org.modelmerge.error.MergeException;
import org.modelmerge.kernel.RankWindow;
import org.modelmerge.method.MergeMethod.PassDescription;

/// Whole-model statistics for [MergeMethod#prepare]: each call reads the inputs once or more.
///
/// Ranks are 0-based positions in the ascending sort of a task's values over all merged elements of the model; they are
/// exact.
public interface Scan {
    /// The task names, in order.
    List<String> tasks();

    /// D, the number of merged elements.
    long size();

    /// The number of elements of each merged tensor, by [Slice#tensorIndex()].
    long[] tensorSizes();

    /// Takes one statistic in one pass.
    ///
    /// @throws MergeException if reading fails, or the statistic does not exist
    <R> R measure(Statistic<R> statistic) throws MergeException;

    /// Puts a line on the list of warnings.
    void warn(String line);

    /// The values at some ranks, per task; passes as in [PassDescription#ofRanks(String)].
    ///
    /// @param name what they are, for progress
    /// @param values gives `[n'][m]` values of a slice, for any number n' of rows, the same for every slice
    /// @param ranks 0 <= rank < [#size()]
    /// @return `[n'][ranks.length]`
    default float[][] ranks(String name, SliceValues values, long... ranks) throws MergeException {
        RankWindow[][] windows = windows(name, values, ranks);
        Optional<float[][]> found =
                windows.length == 0 ? Optional.empty() : measure(new WindowRanks(name, values, windows, ranks));
        return found.isPresent() ? found.get() : exactRanks(name, values, ranks);
    }

    /// Windows that hold the values at some ranks, unless a sample misleads.
    ///
    /// @return `[n'][ranks.length]`; `[0][]` if the sample was empty
    default RankWindow[][] windows(String name, SliceValues values, long... ranks) throws MergeException {
        return measure(new RankSample(PassDescription.ofSample(name).name(), values, ranks, size()));
    }

    /// The values at some ranks by two passes of histograms, whatever the values are.
    default float[][] exactRanks(String name, SliceValues values, long... ranks) throws MergeException {
        RankStatistics.Bins bins = measure(new RankStatistics.Upper(name + ", upper bits", values, ranks));
        return measure(new RankStatistics.Lower(name + ", lower bits", values, bins));
    }

    /// For each tensor the values at one rank, per task; one pass, [PassDescription#ofTensors(String)].
    ///
    /// @param name what they are, for progress
    /// @param rank from a tensor's number of elements to a rank in it; below 0 gives 0
    /// @return `[tensor][n']`
    default float[][] tensorRanks(String name, SliceValues values, LongUnaryOperator rank) throws MergeException {
        return measure(new RankStatistics.PerTensor(
                PassDescription.ofTensors(name).name(), values, rank, tensorSizes().length));
    }

    /// The sum of a count over all slices; one pass.
    default long total(String name, ToLongFunction<Slice> count) throws MergeException {
        return measure(new Total(name, count));
    }

    /// Values per task, computed from a slice.
    @FunctionalInterface
    interface SliceValues {
        /// The values, `[n'][m]`; not changed before the next slice.
        float[][] of(Slice slice);

        /// The values where they lie inside a window of their row; elsewhere any numbers on the same side of all the
        /// row's windows.
        ///
        /// @param windows `[n'][k]`
        default float[][] near(Slice slice, RankWindow[][] windows) {
            return of(slice);
        }
    }
}
