package org.modelmerge.routing;

/// A linear layer as the router applies it, `W x + b`, its weights turned so that a sum runs along memory.
///
/// Sums are float32, over the inputs in their order: the same bits on every machine.
final class RouterLayer {
    private final float[][] columns;
    private final float[] bias;

    /// @param weight `[out][in]`, flat, row-major
    RouterLayer(float[] weight, float[] bias) {
        int inputs = weight.length / bias.length;
        this.bias = bias.clone();
        this.columns = new float[inputs][bias.length];
        for (int o = 0; o < bias.length; o++) {
            for (int j = 0; j < inputs; j++) {
                columns[j][o] = weight[o * inputs + j];
            }
        }
    }

    float[] apply(float[] x) {
        float[] y = new float[bias.length];
        for (int j = 0; j < columns.length; j++) {
            addScaled(columns[j], x[j], y);
        }
        for (int o = 0; o < y.length; o++) {
            y[o] += bias[o];
        }
        return y;
    }

    /// Apart, so that the compiler makes it a loop over vectors.
    private static void addScaled(float[] column, float factor, float[] y) {
        for (int o = 0; o < y.length; o++) {
            y[o] += column[o] * factor;
        }
    }
}
