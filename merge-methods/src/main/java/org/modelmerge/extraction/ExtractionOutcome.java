package org.modelmerge.extraction;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.modelmerge.checkpoint.Shape;

/// What an extraction wrote and what it left out.
///
/// @param base the base's name
/// @param expert the expert's name
/// @param extracted one entry per module of the adapter
/// @param leftOut changed tensors that no factor can hold
/// @param unchanged how many tensors in scope equal the base's
/// @param bytesWritten of all files
/// @param sha256 file name to hash, by name, unmodifiable
/// @param warnings one line each
public record ExtractionOutcome(
        String base,
        String expert,
        List<Extracted> extracted,
        List<LeftOut> leftOut,
        int unchanged,
        long bytesWritten,
        Map<String, String> sha256,
        List<String> warnings) {
    /// Copies the collections.
    public ExtractionOutcome {
        extracted = List.copyOf(extracted);
        leftOut = List.copyOf(leftOut);
        sha256 = Collections.unmodifiableMap(new TreeMap<>(sha256));
        warnings = List.copyOf(warnings);
    }

    /// One tensor whose change is in the adapter.
    ///
    /// @param name the tensor's name
    /// @param shape the tensor's
    /// @param rank of its factors
    /// @param bytes of its factors in the file
    /// @param squares `|tau|^2`
    /// @param residualSquares `|tau - B A|^2`, measured on the factors as they were written
    /// @param exact whether the factors are the optimum up to rounding; otherwise they come from a random subspace
    public record Extracted(
            String name, Shape shape, int rank, long bytes, double squares, double residualSquares, boolean exact) {
        /// The share of the squared change that the factors hold; 0 if they hold nothing.
        public double energyKept() {
            return Math.max(0, 1 - residualSquares / squares);
        }

        /// `|tau - B A| / |tau|`.
        public double residual() {
            return Math.sqrt(residualSquares / squares);
        }
    }

    /// A changed tensor that the adapter leaves out: a vector, or one of another shape that no layer has.
    ///
    /// @param name the tensor's name
    /// @param shape the tensor's
    /// @param squares `|tau|^2`
    public record LeftOut(String name, Shape shape, double squares) {}

    /// `|tau|^2` over all tensors in scope.
    public double squares() {
        return extractedSquares()
                + leftOut.stream().mapToDouble(LeftOut::squares).sum();
    }

    /// `|tau|^2` over the tensors in the adapter.
    public double extractedSquares() {
        return extracted.stream().mapToDouble(Extracted::squares).sum();
    }

    /// The share of the whole squared change that the adapter holds, in [0, 1].
    public double energyKept() {
        double residual =
                extracted.stream().mapToDouble(Extracted::residualSquares).sum();
        return squares() == 0 ? 1 : Math.max(0, (extractedSquares() - residual) / squares());
    }

    /// The relative residual over the tensors in the adapter, `|tau - B A| / |tau|`.
    public double residual() {
        double residual =
                extracted.stream().mapToDouble(Extracted::residualSquares).sum();
        return extracted.isEmpty() ? 0 : Math.sqrt(residual / extractedSquares());
    }
}
