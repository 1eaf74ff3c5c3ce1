package org.modelmerge.samples;

import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.zip.GZIPInputStream;
import org.modelmerge.checkpoint.Checkpoint;
import org.modelmerge.checkpoint.SliceReader;
import org.modelmerge.checkpoint.StoredTensor;
import org.modelmerge.error.MergeException;

/// The image network of `samples/image-cnn` in loops, as a stand-in for any foreign runtime: slow, and independent of
/// everything that it scores.
final class PlainImageCnn implements ScoreInMemory.Scorer {
    private static final int SIDE = 32;
    private static final int BLOCKS = 4;
    private static final int GROUP = 4;
    private static final int MOST_GROUPS = 8;

    private final float[][][] images;
    private final byte[] labels;
    private final Map<String, float[]> head;

    private PlainImageCnn(float[][][] images, byte[] labels, Map<String, float[]> head) {
        this.images = images;
        this.labels = labels;
        this.head = head;
    }

    /// A scorer by accuracy.
    ///
    /// @param imageFile gzipped IDX, N x 32 x 32 x 3 or N x 28 x 28
    /// @param labelFile gzipped IDX
    /// @param headFile with `head.weight` of classes x 128 and `head.bias` of classes
    static PlainImageCnn accuracyOn(Path imageFile, Path labelFile, Path headFile) throws IOException, MergeException {
        byte[] labels;
        try (DataInputStream in = idx(labelFile)) {
            in.readInt();
            labels = in.readNBytes(in.readInt());
        }
        Map<String, float[]> head = new HashMap<>();
        try (Checkpoint file = Checkpoint.open(headFile)) {
            for (StoredTensor tensor : file.tensors().values()) {
                float[] values = new float[(int) tensor.info().elementCount()];
                new SliceReader(values.length)
                        .readFloats(tensor.shard().source(), tensor.info().dtype(), tensor.fileOffset(), values);
                head.put(tensor.info().name(), values);
            }
        }
        return new PlainImageCnn(images(imageFile), labels, head);
    }

    private static DataInputStream idx(Path file) throws IOException {
        return new DataInputStream(new GZIPInputStream(Files.newInputStream(file)));
    }

    private static float[][][] images(Path file) throws IOException {
        try (DataInputStream in = idx(file)) {
            boolean hasColors = (in.readInt() & 0xff) == 4;
            float[][][] images = new float[in.readInt()][3][SIDE * SIDE];
            int height = in.readInt();
            int width = in.readInt();
            int channels = hasColors ? in.readInt() : 1;
            int top = (SIDE - height) / 2;
            int left = (SIDE - width) / 2;
            byte[] pixels = new byte[height * width * channels];
            for (float[][] image : images) {
                in.readFully(pixels);
                for (int c = 0; c < 3; c++) {
                    Arrays.fill(image[c], -1);
                    for (int p = 0; p < height * width; p++) {
                        int value = Byte.toUnsignedInt(pixels[p * channels + c % channels]);
                        image[c][(top + p / width) * SIDE + left + p % width] = (value / 255f - 0.5f) * 2;
                    }
                }
            }
            return images;
        }
    }

    @Override
    public double score(Map<String, float[]> weights) {
        int correct = 0;
        for (int i = 0; i < images.length; i++) {
            correct += answer(images[i], weights) == labels[i] ? 1 : 0;
        }
        return (double) correct / images.length;
    }

    private int answer(float[][] image, Map<String, float[]> weights) {
        float[][] x = image;
        int side = SIDE;
        for (int k = 1; k <= BLOCKS; k++) {
            x = convolved(x, side, of(weights, "c" + k + ".weight"), of(weights, "c" + k + ".bias"));
            normalise(x, of(weights, "g" + k + ".weight"), of(weights, "g" + k + ".bias"));
            x = pooled(x, side);
            side /= 2;
        }
        float[] flat = new float[x.length * side * side];
        for (int c = 0; c < x.length; c++) {
            System.arraycopy(x[c], 0, flat, c * side * side, side * side);
        }
        // Dividing the features by their length, as the network does, would scale the logits before the bias.
        double[] v = linear(of(weights, "fc.weight"), of(weights, "fc.bias"), flat);
        double length = Math.sqrt(Arrays.stream(v).map(a -> a * a).sum());
        float[] z = new float[v.length];
        for (int j = 0; j < z.length; j++) {
            z[j] = (float) (8 * v[j] / length);
        }
        double[] logits = linear(of(head, "head.weight"), of(head, "head.bias"), z);
        int best = 0;
        for (int c = 1; c < logits.length; c++) {
            best = logits[c] > logits[best] ? c : best;
        }
        return best;
    }

    private static float[] of(Map<String, float[]> weights, String name) {
        return Objects.requireNonNull(weights.get(name), name);
    }

    private static float[][] convolved(float[][] x, int side, float[] weight, float[] bias) {
        float[][] out = new float[bias.length][side * side];
        for (int o = 0; o < out.length; o++) {
            Arrays.fill(out[o], bias[o]);
            for (int c = 0; c < x.length; c++) {
                for (int tap = 0; tap < 9; tap++) {
                    float w = weight[(o * x.length + c) * 9 + tap];
                    addShifted(x[c], side, tap / 3 - 1, tap % 3 - 1, w, out[o]);
                }
            }
        }
        return out;
    }

    /// `out[r][q] += w * x[r + down][q + right]`, nothing from outside.
    private static void addShifted(float[] x, int side, int down, int right, float w, float[] out) {
        for (int r = Math.max(0, -down); r < Math.min(side, side - down); r++) {
            for (int q = Math.max(0, -right); q < Math.min(side, side - right); q++) {
                out[r * side + q] += w * x[(r + down) * side + q + right];
            }
        }
    }

    private static void normalise(float[][] x, float[] weight, float[] bias) {
        int group = x.length / Math.min(MOST_GROUPS, x.length / GROUP);
        for (int first = 0; first < x.length; first += group) {
            double sum = 0;
            double squares = 0;
            for (int c = first; c < first + group; c++) {
                for (float value : x[c]) {
                    sum += value;
                    squares += (double) value * value;
                }
            }
            double count = (double) group * x[first].length;
            double mean = sum / count;
            double scale = 1 / Math.sqrt(squares / count - mean * mean + 1e-5);
            for (int c = first; c < first + group; c++) {
                for (int p = 0; p < x[c].length; p++) {
                    x[c][p] = Math.max(0, (float) ((x[c][p] - mean) * scale) * weight[c] + bias[c]);
                }
            }
        }
    }

    private static float[][] pooled(float[][] x, int side) {
        int half = side / 2;
        float[][] out = new float[x.length][half * half];
        for (int c = 0; c < out.length; c++) {
            for (int p = 0; p < half * half; p++) {
                int at = 2 * (p / half) * side + 2 * (p % half);
                out[c][p] = Math.max(Math.max(x[c][at], x[c][at + 1]), Math.max(x[c][at + side], x[c][at + side + 1]));
            }
        }
        return out;
    }

    private static double[] linear(float[] weight, float[] bias, float[] x) {
        double[] out = new double[bias.length];
        for (int o = 0; o < out.length; o++) {
            out[o] = bias[o];
            for (int j = 0; j < x.length; j++) {
                out[o] += (double) weight[o * x.length + j] * x[j];
            }
        }
        return out;
    }
}
