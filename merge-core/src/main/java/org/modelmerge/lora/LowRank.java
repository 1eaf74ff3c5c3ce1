package org.modelmerge.lora;

import java.util.Arrays;
import org.modelmerge.checkpoint.Shape;
import org.modelmerge.checkpoint.StoredTensor;
import org.modelmerge.checkpoint.TensorInfo;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;

/// A change L R of a weight that is looked at as a matrix [rows, columns]: its first size, and the product of the rest.
///
/// ```
/// linear, convolution              L = B,    R = A
/// embedding, weight as [in, out]   L = A^T,  R = B^T
/// ```
///
/// @param left A or B, of which L's rows are read as they are needed
/// @param right the other, which is held as a whole
/// @param transposed whether L = A^T
/// @param rank columns of L
/// @param columns columns of R
record LowRank(StoredTensor left, StoredTensor right, boolean transposed, int rank, long columns) {
    /// Arrays end there, or a little before.
    private static final int LARGEST_ARRAY = Integer.MAX_VALUE - 8;

    /// Holds the factors against each other and the weight.
    ///
    /// @param config says which way square weights lie
    /// @throws MergeException `MALFORMED` if the factors do not fit each other or the configuration, `MISMATCH` if
    ///     they do not fit the weight
    static LowRank of(Factors factors, AdapterConfig config, TensorInfo weight) throws MergeException {
        Shape a = factors.a().info().shape();
        Shape b = factors.b().info().shape();
        int rank = config.rank(factors.module());
        if (a.rank() < 2 || a.size(0) != rank) {
            throw fault(factors.a(), "the factor's rank is not the configuration's", a, "[" + rank + ", ...]");
        }
        if (b.rank() < 2 || b.size(0) < 1 || restOf(b) != rank) {
            throw fault(factors.b(), "the factor's rank is not the configuration's", b, "[..., " + rank + "]");
        }
        LowRank product = isTransposed(factors, config, weight)
                ? new LowRank(factors.a(), factors.b(), true, rank, b.size(0))
                : new LowRank(factors.b(), factors.a(), false, rank, restOf(a));
        if (product.columns > LARGEST_ARRAY / rank) {
            throw MergeException.of(
                            ErrorCode.UNSUPPORTED_FORMAT,
                            "the factor is too large (got "
                                    + product.right.info().shape() + ", expected at most " + LARGEST_ARRAY
                                    + " elements)")
                    .inFile(product.right.shard().name())
                    .atTensor(product.right.info().name());
        }
        return product;
    }

    private static boolean isTransposed(Factors factors, AdapterConfig config, TensorInfo weight)
            throws MergeException {
        long[] plain = factors.a().info().shape().sizes();
        long out = factors.b().info().shape().size(0);
        plain[0] = out;
        Shape expected = Shape.of(plain);
        boolean matrix = plain.length == 2;
        Shape flipped = matrix ? Shape.of(plain[1], out) : expected;
        boolean fitsFlipped = matrix && weight.shape().equals(flipped);
        boolean fitsPlain = !factors.embedding() && weight.shape().equals(expected);
        if (!fitsPlain && !fitsFlipped) {
            throw MergeException.of(
                            ErrorCode.MISMATCH,
                            "the adapter's factors do not fit the base (got " + weight.shape() + ", expected "
                                    + (factors.embedding() ? flipped : expected) + ")")
                    .inFile(factors.a().shard().name())
                    .atTensor(weight.name())
                    .withHint("pass the base that the adapter was trained on");
        }
        // Only a square weight leaves a choice: peft goes by the module's class, which it notes as fan_in_fan_out.
        return fitsFlipped && (!fitsPlain || config.fanInFanOut());
    }

    private static long restOf(Shape shape) {
        return Arrays.stream(shape.sizes()).skip(1).reduce(1, Math::multiplyExact);
    }

    private static MergeException fault(StoredTensor factor, String problem, Shape got, String expected) {
        return MergeException.of(ErrorCode.MALFORMED, problem + " (got " + got + ", expected " + expected + ")")
                .inFile(factor.shard().name())
                .atTensor(factor.info().name());
    }
}
