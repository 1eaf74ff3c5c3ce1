package org.modelmerge.network;

import java.nio.FloatBuffer;
import java.nio.file.Path;
import org.modelmerge.checkpoint.Shape;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;

/// A linear classifier on features: `logits = W z + b`.
///
/// @param weight `[classes][d]`
/// @param bias `[classes]`
public record Head(float[][] weight, float[] bias) {
    /// Reads `prefix` + `weight` and `prefix` + `bias` from a checkpoint.
    ///
    /// @param featureCount d of the network
    /// @throws MergeException `MISSING_TENSOR`, `MISMATCH`, or as the system refuses
    public static Head read(Path file, String prefix, int featureCount) throws MergeException {
        try (CheckpointWeights source = CheckpointWeights.open(file, null)) {
            return of(source, prefix, featureCount);
        }
    }

    /// The head among these weights.
    ///
    /// @throws MergeException `MISSING_TENSOR`, `MISMATCH`, or as the source refuses
    public static Head of(WeightSource source, String prefix, int featureCount) throws MergeException {
        Shape shape = source.shapes().get(prefix + "weight");
        if (shape == null) {
            throw MergeException.of(ErrorCode.MISSING_TENSOR, "the head needs this tensor and the file lacks it")
                    .atTensor(prefix + "weight")
                    .inFile(source.name());
        }
        if (shape.rank() != 2 || shape.size(1) != featureCount || shape.size(0) < 1) {
            throw MergeException.of(
                            ErrorCode.MISMATCH,
                            "the head does not fit the network (got " + shape + ", expected [classes, " + featureCount
                                    + "])")
                    .atTensor(prefix + "weight")
                    .inFile(source.name());
        }
        int classes = Math.toIntExact(shape.size(0));
        Shape biasShape = source.shapes().get(prefix + "bias");
        if (biasShape == null || !biasShape.equals(Shape.of(classes))) {
            throw MergeException.of(
                            biasShape == null ? ErrorCode.MISSING_TENSOR : ErrorCode.MISMATCH,
                            "the head needs one bias a class (got " + (biasShape == null ? "none" : biasShape)
                                    + ", expected [" + classes + "])")
                    .atTensor(prefix + "bias")
                    .inFile(source.name());
        }
        float[] flat = new float[Math.multiplyExact(classes, featureCount)];
        source.read(prefix + "weight", FloatBuffer.wrap(flat));
        float[][] weight = new float[classes][featureCount];
        for (int c = 0; c < classes; c++) {
            System.arraycopy(flat, c * featureCount, weight[c], 0, featureCount);
        }
        float[] bias = new float[classes];
        source.read(prefix + "bias", FloatBuffer.wrap(bias));
        return new Head(weight, bias);
    }

    /// The number of classes.
    public int classCount() {
        return bias.length;
    }

    /// The logits of one item. Sums are in double, so they depend on no order of additions that a library would
    /// choose.
    ///
    /// @param features `[d]`
    /// @return `[classes]`
    public double[] logits(float[] features) {
        double[] logits = new double[bias.length];
        for (int c = 0; c < logits.length; c++) {
            double sum = bias[c];
            float[] row = weight[c];
            for (int j = 0; j < row.length; j++) {
                sum += (double) row[j] * features[j];
            }
            logits[c] = sum;
        }
        return logits;
    }

    /// The class with the largest logit, the first of several.
    ///
    /// @param features `[d]`
    /// @return -1 if a logit is NaN or infinite, so that nothing can be said
    public int predict(float[] features) {
        double[] logits = logits(features);
        int best = 0;
        for (int c = 0; c < logits.length; c++) {
            if (!Double.isFinite(logits[c])) {
                return -1;
            }
            if (logits[c] > logits[best]) {
                best = c;
            }
        }
        return best;
    }
}
