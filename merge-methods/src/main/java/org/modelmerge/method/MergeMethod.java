package org.modelmerge.method;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.modelmerge.error.MergeException;

/// A merge method: whole-model statistics first, then one equation per slice.
///
/// `prepare` must be deterministic: which statistic it asks for next may depend only on the parameters, the
/// headers and the results of earlier statistics. The engine relies on it to replay a method from its name and
/// parameters.
public interface MergeMethod {
    /// The name on the command line and in provenance, for example `task-arithmetic`.
    String name();

    /// The effective parameters by their option names, defaults included, in a fixed order.
    ///
    /// Values are strings, numbers, booleans, or lists and maps of these. The catalogue builds an equal method
    /// from them.
    Map<String, Object> parameters();

    /// The passes over the inputs in their usual course, for the dry run; the last one emits.
    List<PassDescription> passes();

    /// Takes the statistics that the equation needs and returns the equation.
    ///
    /// @throws MergeException `DEGENERATE` where the statistics do not exist, or whatever reading throws
    Step prepare(Scan scan) throws MergeException;

    /// Whether elements on which all models agree bit for bit keep these bits. True for methods on task vectors,
    /// whose steps give the base's number where all task vectors are 0; the engine then restores what arithmetic
    /// loses: the sign of -0, and NaN and infinity where they are allowed.
    default boolean keepsAgreement() {
        return true;
    }

    /// Whether NaN may be a legitimate result for finite inputs.
    default boolean mayEmitNonFinite() {
        return false;
    }

    /// Checks the parameters against the models, and resolves what depends on them, for example the rows of a
    /// table.
    ///
    /// @return this method, or an equal one with everything resolved
    /// @throws MergeException `USAGE` or `MISMATCH`
    default MergeMethod bind(Outline models) throws MergeException {
        return this;
    }

    /// What the headers tell a method about the models.
    ///
    /// @param tasks the task names, in order
    /// @param mergedTensors the names of the merged tensors in the order of the base's data
    /// @param warnings takes lines of warning
    record Outline(List<String> tasks, List<String> mergedTensors, Consumer<String> warnings) {}

    /// The equation: fills `slice.out()` from base, experts and constants. It cannot fail and keeps no state.
    @FunctionalInterface
    interface Step {
        void apply(Slice slice);
    }

    /// What a pass reads of the merged tensors.
    enum Reads {
        /// A sample: all of a small model, a small part of a large one.
        SAMPLE,
        /// Everything.
        ONCE,
        /// Everything, twice.
        TWICE
    }

    /// One pass over the inputs.
    ///
    /// @param name what it measures, for example `thresholds`
    /// @param conditional true if only special values make it necessary
    record PassDescription(String name, boolean conditional, Reads reads) {
        /// A pass that always runs.
        public static PassDescription of(String name) {
            return new PassDescription(name, false, Reads.ONCE);
        }

        /// The passes of [Scan#ranks]; the exact ones run when the sample misled.
        public static List<PassDescription> ofRanks(String name) {
            return List.of(
                    ofSample(name), of(name), conditional(name + ", upper bits"), conditional(name + ", lower bits"));
        }

        /// A pass over a sample.
        public static PassDescription ofSample(String name) {
            return new PassDescription(name + ", sample", false, Reads.SAMPLE);
        }

        /// A pass that takes a statistic of whole tensors and reads each of them twice.
        public static PassDescription ofTensors(String name) {
            return new PassDescription(name + " of each tensor (read twice)", false, Reads.TWICE);
        }

        /// A pass that only special values make necessary.
        public static PassDescription conditional(String name) {
            return new PassDescription(name, true, Reads.ONCE);
        }
    }
}
