package org.modelmerge.extraction;

import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.modelmerge.checkpoint.DType;
import org.modelmerge.checkpoint.OutputTensor;
import org.modelmerge.checkpoint.Shape;
import org.modelmerge.svd.SvdMode;
import org.modelmerge.svd.TruncatedSvd;

/// The two factors of one module, by the names and in the shapes that peft gives them.
///
/// ```
/// tau ~ U Vt,  B = U / sqrt(s),  A = sqrt(s) Vt      s_k = |column k of U|
/// ```
///
/// Halving the singular values between both keeps narrow dtypes from underflow.
///
/// @param module the tensor's name without `.weight`
/// @param shape the tensor's
/// @param rank r
record ModuleFactors(String module, Shape shape, int rank) {
    private static final String PREFIX = "base_model.model.";
    private static final String WEIGHT = ".weight";

    /// Modules that look rows up instead of multiplying: their factors have other names. A file does not say which
    /// these are, so their usual names do.
    private static final Pattern EMBEDDING = Pattern.compile("(?:^|\\.)(?:wte|wpe|shared|embed_tokens|embed_positions|"
            + "(?:word|position|token_type|tok|patch_position)_embeddings?|position_embedding|token_embedding)$");

    /// Whether factors can hold the change of a tensor: the weight of a layer.
    static boolean canHold(String name, Shape shape) {
        return name.endsWith(WEIGHT) && shape.rank() >= 2;
    }

    /// The factors of a tensor.
    ///
    /// @param limit largest rank
    static ModuleFactors of(String name, Shape shape, int limit) {
        long rows = shape.size(0);
        long columns = shape.elementCount() / Math.max(1, rows);
        int rank = (int) Math.min(limit, Math.min(rows, columns));
        return new ModuleFactors(name.substring(0, name.length() - WEIGHT.length()), shape, rank);
    }

    private boolean isEmbedding() {
        return shape.rank() == 2 && EMBEDDING.matcher(module).find();
    }

    private String nameOfA() {
        return PREFIX + module + (isEmbedding() ? ".lora_embedding_A" : ".lora_A.weight");
    }

    private String nameOfB() {
        return PREFIX + module + (isEmbedding() ? ".lora_embedding_B" : ".lora_B.weight");
    }

    /// A's and B's place in the file, in this order.
    List<OutputTensor> outputs(DType dtype) {
        long[] a = shape.sizes();
        long[] b = new long[a.length];
        Arrays.fill(b, 1);
        b[0] = a[0];
        a[0] = rank;
        b[1] = rank;
        // An embedding's weight is [words, dimensions], and its A belongs to the words.
        return isEmbedding()
                ? List.of(
                        new OutputTensor(nameOfA(), dtype, Shape.of(rank, shape.size(0))),
                        new OutputTensor(nameOfB(), dtype, Shape.of(shape.size(1), rank)))
                : List.of(
                        new OutputTensor(nameOfA(), dtype, Shape.of(a)),
                        new OutputTensor(nameOfB(), dtype, Shape.of(b)));
    }

    /// Bytes of all arrays while the module is extracted, an estimate from above.
    ///
    /// @param threads of the decomposition
    long peakBytes(SvdMode svd, int threads) {
        long rows = shape.size(0);
        if (rank == 0) {
            return 0;
        }
        long columns = shape.elementCount() / rows;
        // Beside the decomposition's arrays a factor that is written transposed, and one in float64.
        long copies = rank * (rows * Float.BYTES + columns * Double.BYTES);
        return TruncatedSvd.peakBytes(rows, columns, rank, svd, threads) + copies;
    }

    /// `L` [rows, r] and `R` [r, columns] with `L R = U Vt`, in the arrays of the decomposition.
    static Split split(TruncatedSvd svd) {
        int rank = svd.rank();
        float[] left = svd.u();
        float[] right = svd.vt();
        int rows = left.length / rank;
        int columns = right.length / rank;
        double[] roots = new double[rank];
        for (int i = 0; i < rows; i++) {
            for (int k = 0; k < rank; k++) {
                double value = left[i * rank + k];
                roots[k] += value * value;
            }
        }
        Arrays.setAll(roots, k -> Math.sqrt(Math.sqrt(roots[k])));
        for (int k = 0; k < rank; k++) {
            for (int i = 0; i < rows; i++) {
                left[i * rank + k] = roots[k] > 0 ? (float) (left[i * rank + k] / roots[k]) : 0;
            }
            for (int j = 0; j < columns; j++) {
                right[k * columns + j] = (float) (right[k * columns + j] * roots[k]);
            }
        }
        return new Split(rank, left, right);
    }

    /// @param left `[rows, r]`
    /// @param right `[r, columns]`
    record Split(int rank, float[] left, float[] right) {}

    /// A's values as they lie in the file.
    float[] a(Split split) {
        return isEmbedding() ? transposed(split.left(), (int) shape.size(0), rank) : split.right();
    }

    /// B's values as they lie in the file.
    float[] b(Split split) {
        return isEmbedding() ? transposed(split.right(), rank, (int) shape.size(1)) : split.left();
    }

    private static float[] transposed(float[] values, int rows, int columns) {
        float[] transposed = new float[values.length];
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                transposed[j * rows + i] = values[i * columns + j];
            }
        }
        return transposed;
    }
}
