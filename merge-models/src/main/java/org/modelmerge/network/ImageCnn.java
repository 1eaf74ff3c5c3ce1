package org.modelmerge.network;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.modelmerge.checkpoint.Shape;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;

/// A small convolutional network for images of 32 x 32, the one of `samples/image-cnn`.
///
/// ```
/// x = (pixel / 255 - 0.5) / 0.5
/// x = max-pool 2 x 2 of relu(GroupNorm of conv 3 x 3)          four times: c1 g1 ... c4 g4
/// z = 8 v / |v|,  v = fc of x as (channel, row, column)
/// ```
///
/// A group has four channels, but there are at most eight groups: 4, 8, 8, 8 for 16, 32, 64, 64 channels.
final class ImageCnn implements Architecture {
    private static final int SIDE = 32;
    private static final int STAGES = 4;
    private static final float EPSILON = 1e-5f;
    private static final float LENGTH = 8;

    @Override
    public String name() {
        return "image-cnn";
    }

    @Override
    public Kind kind() {
        return Kind.IMAGE;
    }

    @Override
    public Blueprint blueprint(TensorShapes shapes, NetworkSettings settings) throws MergeException {
        String prefix = shapes.prefixOf("c1.weight");
        List<Integer> widths = new ArrayList<>();
        for (int k = 0; k < STAGES; k++) {
            String conv = prefix + "c" + (k + 1) + ".weight";
            int width = shapes.size(conv, 4, 0);
            widths.add(width);
            if (width < 4 || width % groups(width) != 0) {
                throw MergeException.of(
                                ErrorCode.MISMATCH,
                                "wrong number of channels (got " + width + ", expected a multiple of 8)")
                        .atTensor(conv);
            }
        }
        return new Stages(prefix, List.copyOf(widths), shapes.size(prefix + "fc.weight", 2, 0));
    }

    private static int groups(int channels) {
        return Math.min(8, channels / 4);
    }

    private record Stages(String prefix, List<Integer> widths, int featureCount) implements Blueprint {
        private static final PixelScaling PIXELS =
                PixelScaling.standardised(SIDE, new float[] {0.5f, 0.5f, 0.5f}, new float[] {0.5f, 0.5f, 0.5f});

        @Override
        public Map<String, Shape> tensors() {
            TensorList tensors = new TensorList();
            int in = 3;
            for (int k = 0; k < STAGES; k++) {
                int out = widths.get(k);
                tensors.addWithBias(conv(k), out, in, 3, 3);
                tensors.addWithBias(norm(k), out);
                in = out;
            }
            int rest = SIDE >> STAGES;
            tensors.addWithBias(prefix + "fc", featureCount, (long) in * rest * rest);
            return tensors.shapes();
        }

        private String conv(int stage) {
            return prefix + "c" + (stage + 1);
        }

        private String norm(int stage) {
            return prefix + "g" + (stage + 1);
        }

        @Override
        public NDArray features(BatchMemory memory, Tensors tensors, Batch batch) throws MergeException {
            NDArray x = PIXELS.apply(memory, batch);
            for (int k = 0; k < STAGES; k++) {
                int stage = k;
                NDArray input = x;
                x = memory.freeing(() -> stage(memory, tensors, input, stage));
            }
            NDArray v = Layers.linear(x.reshape(batch.count(), -1), tensors, prefix + "fc");
            return v.normalize(2, 1).mul(memory.constant(LENGTH));
        }

        /// The pooling comes before the ReLU: the result is the same, and the ReLU has a quarter of the work.
        private NDArray stage(BatchMemory memory, Tensors tensors, NDArray x, int stage) {
            NDArray y = Layers.conv3WithBias(x, tensors, conv(stage));
            NDArray normal = Layers.groupNorm(memory, y, tensors, norm(stage), groups(widths.get(stage)), EPSILON);
            return Layers.relu(Layers.maxPool2(normal));
        }
    }
}
