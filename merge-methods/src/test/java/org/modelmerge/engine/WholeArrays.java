package org.modelmerge.engine;

import java.util.Arrays;
import java.util.List;
import org.modelmerge.adamerging.AdaMerging;
import org.modelmerge.arithmetic.TaskArithmetic;
import org.modelmerge.average.Average;
import org.modelmerge.method.Coefficients;
import org.modelmerge.method.Density;
import org.modelmerge.method.MergeMethod;
import org.modelmerge.pcb.Pcb;
import org.modelmerge.pcb.PcbVariant;
import org.modelmerge.ties.MergeFunction;
import org.modelmerge.ties.Ties;
import org.modelmerge.ties.TrimScope;

/// The methods on whole models in memory, by sorting and plain loops: the oracle of the streaming engine.
///
/// @param base all D elements
/// @param experts `[n][D]`
/// @param starts the first element of each tensor, and D at the end
/// @param names of the tensors
record WholeArrays(float[] base, float[][] experts, int[] starts, List<String> names) {
    static WholeArrays of(TestModel base, List<TestModel> experts) {
        int[] starts = new int[base.tensors().size() + 1];
        for (int t = 1; t < starts.length; t++) {
            TestTensor before = base.tensors().get(t - 1);
            starts[t] = starts[t - 1] + before.bytes().length / before.dtype().bytes();
        }
        return new WholeArrays(
                base.floats(),
                experts.stream().map(TestModel::floats).toArray(float[][]::new),
                starts,
                base.tensors().stream().map(TestTensor::name).toList());
    }

    private int size() {
        return base.length;
    }

    private int taskCount() {
        return experts.length;
    }

    /// The merged model in float32.
    float[] merge(MergeMethod method) {
        float[] out =
                switch (method) {
                    case Average average -> average(average);
                    case TaskArithmetic arithmetic -> taskArithmetic(arithmetic);
                    case Ties ties -> ties(ties);
                    case Pcb pcb -> pcb(pcb);
                    case AdaMerging ada -> adaMerging(ada);
                    default -> throw new IllegalArgumentException(method.name());
                };
        if (method.keepsAgreement()) {
            for (int j = 0; j < size(); j++) {
                int bits = Float.floatToRawIntBits(base[j]);
                boolean agree = true;
                for (float[] expert : experts) {
                    agree &= Float.floatToRawIntBits(expert[j]) == bits;
                }
                out[j] = agree ? base[j] : out[j];
            }
        }
        return out;
    }

    private float[][] tau() {
        float[][] tau = new float[taskCount()][size()];
        for (int i = 0; i < tau.length; i++) {
            for (int j = 0; j < size(); j++) {
                tau[i][j] = experts[i][j] - base[j];
            }
        }
        return tau;
    }

    private float[] average(Average method) {
        float[] out = new float[size()];
        float total = 0;
        for (int i = 0; i < taskCount(); i++) {
            total += method.weights().isEmpty() ? 1 : method.weights().get(i);
        }
        for (int j = 0; j < size(); j++) {
            float sum = 0;
            for (int i = 0; i < taskCount(); i++) {
                sum += method.weights().isEmpty()
                        ? experts[i][j]
                        : method.weights().get(i) * experts[i][j];
            }
            out[j] = sum / total;
        }
        return out;
    }

    private float[] taskArithmetic(TaskArithmetic method) {
        float[][] tau = tau();
        float[] out = base.clone();
        for (int j = 0; j < size(); j++) {
            float sum = 0;
            for (int i = 0; i < taskCount(); i++) {
                sum += tau[i][j];
                if (method.lambda() instanceof Coefficients.PerTask) {
                    out[j] += method.lambda().of(i) * tau[i][j];
                }
            }
            if (method.lambda() instanceof Coefficients.Shared(float lambda)) {
                out[j] += lambda * sum;
            }
        }
        return out;
    }

    /// The values in ascending order, with one zero.
    private static float[] sorted(float[] values, int from, int to) {
        float[] sorted = Arrays.copyOfRange(values, from, to);
        for (int j = 0; j < sorted.length; j++) {
            sorted[j] = sorted[j] == 0 ? 0f : sorted[j];
        }
        Arrays.sort(sorted);
        return sorted;
    }

    private static float[] magnitudes(float[] values) {
        float[] magnitudes = new float[values.length];
        for (int j = 0; j < values.length; j++) {
            magnitudes[j] = Math.abs(values[j]);
        }
        return magnitudes;
    }

    private float[][] trimmed(Density density, TrimScope scope) {
        float[][] u = tau();
        int[] windows = scope == TrimScope.TENSOR ? starts : new int[] {0, size()};
        for (float[] ui : u) {
            for (int w = 0; w + 1 < windows.length; w++) {
                float[] sorted = sorted(magnitudes(ui), windows[w], windows[w + 1]);
                int k = sorted.length - (int) (sorted.length * density.fraction());
                float threshold = k == 0 ? 0 : sorted[k - 1];
                for (int j = windows[w]; j < windows[w + 1]; j++) {
                    ui[j] = Math.abs(ui[j]) >= threshold ? ui[j] : 0;
                }
            }
        }
        return u;
    }

    private float[] elected(float[][] u) {
        float[] sign = new float[size()];
        long balance = 0;
        for (int j = 0; j < size(); j++) {
            float sum = 0;
            for (float[] ui : u) {
                sum += ui[j];
            }
            sign[j] = Math.signum(sum);
            balance += (long) sign[j];
        }
        for (int j = 0; j < size(); j++) {
            sign[j] = sign[j] == 0 ? Long.signum(balance) : sign[j];
        }
        return sign;
    }

    private static boolean agrees(float value, float sign) {
        return sign > 0 ? value > 0 : value < 0;
    }

    private float[] ties(Ties method) {
        float[][] u = trimmed(method.density(), method.scope());
        float[] sign = elected(u);
        float[] out = new float[size()];
        for (int j = 0; j < size(); j++) {
            float sum = 0;
            float max = 0;
            int count = 0;
            for (float[] ui : u) {
                if (agrees(ui[j], sign[j])) {
                    sum += ui[j];
                    max = Math.max(max, Math.abs(ui[j]));
                    count++;
                }
            }
            float merged =
                    switch (method.function()) {
                        case MergeFunction.MEAN -> sum / Math.max(count, 1);
                        case MergeFunction.SUM -> sum;
                        case MergeFunction.MAX -> max * sign[j];
                    };
            out[j] = base[j] + method.lambda() * merged;
        }
        return out;
    }

    private float[] adaMerging(AdaMerging method) {
        Density plusPlus = method.plusPlus();
        float[][] e = tau();
        if (plusPlus != null) {
            e = trimmed(plusPlus, TrimScope.MODEL);
            float[] sign = elected(e);
            for (float[] ei : e) {
                for (int j = 0; j < size(); j++) {
                    ei[j] = agrees(ei[j], sign[j]) ? ei[j] : 0;
                }
            }
        }
        float[] out = base.clone();
        for (int t = 0; t < names.size(); t++) {
            List<Float> own = method.coefficients().rows().get(names.get(t));
            List<Float> row = own != null ? own : method.coefficients().rows().get("*");
            for (int j = starts[t]; j < starts[t + 1]; j++) {
                for (int i = 0; i < taskCount(); i++) {
                    out[j] += Math.min(Math.max(row.get(i), 0f), 1f) * e[i][j];
                }
            }
        }
        return out;
    }

    private static float clamp(float x, float low, float high) {
        return x < low ? low : x > high ? high : x;
    }

    private float[] pcb(Pcb method) {
        int n = taskCount();
        float[][] tau = tau();
        double q = method.variant() == PcbVariant.ROOT ? 0.0001 : 0.01;
        boolean raw = method.variant() == PcbVariant.ROOT || method.variant() == PcbVariant.NLP;
        float[][] c = new float[n][size()];
        float[][] norm = new float[n][size()];
        float[][] signed = new float[n][size()];
        for (int i = 0; i < n; i++) {
            float[] sorted = sorted(magnitudes(tau[i]), 0, size());
            float low = sorted[(int) (size() * q)];
            float high = sorted[(int) (size() * (1 - q) - 1)];
            for (int j = 0; j < size(); j++) {
                float a = clamp(Math.abs(tau[i][j]), low, high);
                c[i][j] = Math.signum(tau[i][j]) * a;
                norm[i][j] = (a - low) / (high - low);
                signed[i][j] = raw ? tau[i][j] : Math.signum(tau[i][j]) * norm[i][j];
            }
        }
        float[][] w = new float[n][size()];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < size(); j++) {
                float intra = (float) StrictMath.exp(n * (norm[i][j] * norm[i][j]));
                w[i][j] = intra * inter(method.variant(), i, j, tau, signed);
            }
            float[] sorted = sorted(w[i], 0, size());
            float low = sorted[(int) (size() * (1 - method.density().fraction()))];
            float high = sorted[size() - 1];
            for (int j = 0; j < size(); j++) {
                w[i][j] = (clamp(w[i][j], low, high) - low) / (high - low);
            }
        }
        return pcbSum(method, raw, c, w);
    }

    private static float inter(PcbVariant variant, int i, int j, float[][] tau, float[][] signed) {
        float sum = 0;
        for (float[] other : signed) {
            sum += variant == PcbVariant.VISION_ES ? (float) StrictMath.tanh(signed[i][j] * other[j]) : other[j];
        }
        return variant == PcbVariant.VISION_ES ? sum : (float) StrictMath.tanh(tau[i][j] * sum);
    }

    private float[] pcbSum(Pcb method, boolean raw, float[][] c, float[][] w) {
        boolean after = raw && method.lambda() instanceof Coefficients.Shared;
        float[] out = new float[size()];
        for (int j = 0; j < size(); j++) {
            float weighted = 0;
            float total = 0;
            for (int i = 0; i < taskCount(); i++) {
                weighted += (after ? c[i][j] : method.lambda().of(i) * c[i][j]) * w[i][j];
                total += w[i][j];
            }
            float ratio = weighted / Math.max(total, 1e-12f);
            out[j] = base[j] + (after ? method.lambda().of(0) * ratio : ratio);
        }
        return out;
    }
}
