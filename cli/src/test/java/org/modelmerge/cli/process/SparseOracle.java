package org.modelmerge.cli.process;

import java.util.Arrays;

/// Three methods with their default parameters but for density and lambda, by sorting and plain loops, on the elements
/// that are not zero everywhere; ranks count the others as the zeros that they are.
final class SparseOracle {
    private final float[] base;
    private final float[][] tau;
    private final long holes;

    /// @param models `[1 + n][d]`, the base first
    /// @param holes how many elements are zero in all models
    SparseOracle(float[][] models, long holes) {
        this.base = models[0];
        this.tau = new float[models.length - 1][base.length];
        this.holes = holes;
        for (int i = 0; i < tau.length; i++) {
            for (int j = 0; j < base.length; j++) {
                tau[i][j] = models[i + 1][j] - base[j];
            }
        }
    }

    private long size() {
        return base.length + holes;
    }

    private float[] plus(float lambda, float[] merged) {
        float[] out = new float[base.length];
        for (int j = 0; j < out.length; j++) {
            out[j] = base[j] + lambda * merged[j];
        }
        return out;
    }

    float[] taskArithmetic(float lambda) {
        float[] sum = new float[base.length];
        for (float[] task : tau) {
            for (int j = 0; j < sum.length; j++) {
                sum[j] += task[j];
            }
        }
        return plus(lambda, sum);
    }

    private float ranked(float[] values, long... rank) {
        return ranks(values, rank)[0];
    }

    private float[] ranks(float[] values, long... ranks) {
        float[] sorted = values.clone();
        Arrays.sort(sorted);
        int negative = 0;
        while (negative < sorted.length && sorted[negative] < 0) {
            negative++;
        }
        float[] found = new float[ranks.length];
        for (int k = 0; k < ranks.length; k++) {
            long rank = ranks[k];
            if (rank < negative) {
                found[k] = sorted[(int) rank];
            } else if (rank >= negative + holes) {
                found[k] = sorted[(int) (rank - holes)];
            }
        }
        return found;
    }

    private static float[] magnitudes(float[] values) {
        float[] magnitudes = new float[values.length];
        for (int j = 0; j < values.length; j++) {
            magnitudes[j] = Math.abs(values[j]);
        }
        return magnitudes;
    }

    float[] ties(double density, float lambda) {
        float[] threshold = new float[tau.length];
        for (int i = 0; i < tau.length; i++) {
            threshold[i] = ranked(magnitudes(tau[i]), size() - (long) (size() * density) - 1);
            if (threshold[i] == 0) {
                throw new IllegalStateException("a density that keeps everything");
            }
        }
        float[] elected = new float[base.length];
        long balance = 0;
        for (int j = 0; j < base.length; j++) {
            for (int i = 0; i < tau.length; i++) {
                elected[j] += kept(i, j, threshold);
            }
            balance += (long) Math.signum(elected[j]);
        }
        float[] merged = new float[base.length];
        for (int j = 0; j < base.length; j++) {
            boolean positive = elected[j] > 0 || (elected[j] == 0 && balance > 0);
            int count = 0;
            for (int i = 0; i < tau.length; i++) {
                float u = kept(i, j, threshold);
                if (positive ? u > 0 : u < 0) {
                    merged[j] += u;
                    count++;
                }
            }
            merged[j] /= Math.max(count, 1);
        }
        return plus(lambda, merged);
    }

    private float kept(int i, int j, float[] threshold) {
        return Math.abs(tau[i][j]) >= threshold[i] ? tau[i][j] : 0;
    }

    private static float clamp(float value, float[] bounds) {
        return Math.min(Math.max(value, bounds[0]), bounds[1]);
    }

    /// The root variant.
    float[] pcb(double density, float lambda) {
        int n = tau.length;
        double q = 0.0001;
        float[] weighted = new float[base.length];
        float[] total = new float[base.length];
        float[] sum = new float[base.length];
        for (int j = 0; j < base.length; j++) {
            for (float[] task : tau) {
                sum[j] += task[j];
            }
        }
        for (float[] task : tau) {
            float[] bounds = ranks(magnitudes(task), (long) (size() * q), (long) (size() * (1 - q) - 1));
            float[] score = new float[base.length];
            for (int j = 0; j < base.length; j++) {
                float norm = (clamp(Math.abs(task[j]), bounds) - bounds[0]) / (bounds[1] - bounds[0]);
                float intra = (float) StrictMath.exp(n * (norm * norm));
                score[j] = intra * (float) StrictMath.tanh(task[j] * sum[j]);
            }
            float[] kept = ranks(score, (long) (size() * (1 - density)), size() - 1);
            if (bounds[1] == 0 || kept[0] <= 0) {
                throw new IllegalStateException("bounds among the zeros");
            }
            for (int j = 0; j < base.length; j++) {
                float w = (clamp(score[j], kept) - kept[0]) / (kept[1] - kept[0]);
                weighted[j] += Math.signum(task[j]) * clamp(Math.abs(task[j]), bounds) * w;
                total[j] += w;
            }
        }
        for (int j = 0; j < base.length; j++) {
            weighted[j] /= Math.max(total[j], 1e-12f);
        }
        return plus(lambda, weighted);
    }
}
