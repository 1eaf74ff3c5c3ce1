package org.modelmerge.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.nn.pooling.Pool;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.modelmerge.checkpoint.Shape;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;

/// The residual networks for CIFAR-10: ResNet-20, 32, 44, 56 and so on, with their own classifier `linear`.
///
/// ```
/// x = relu(bn(conv(x)))
/// x = relu(bn(conv(relu(bn(conv(x))))) + shortcut(x))          each block, in three stages
/// z = mean of x over the image
/// ```
///
/// The first block of the second and third stage halves the image; its shortcut takes every second pixel and
/// adds channels of 0 (option A of the paper). Batch normalisation uses the statistics in the checkpoint.
///
/// Source: He et al., "Deep Residual Learning for Image Recognition", 2015, arXiv:1512.03385, section 4.2;
/// names and pixel scaling of akamaster/pytorch_resnet_cifar10 at d5489e8.
final class CifarResNet implements Architecture {
    private static final int SIDE = 32;
    private static final int STAGES = 3;

    @Override
    public String name() {
        return "resnet-cifar";
    }

    @Override
    public Kind kind() {
        return Kind.IMAGE;
    }

    @Override
    public Blueprint blueprint(TensorShapes shapes, NetworkSettings settings) throws MergeException {
        String first = "layer1.0.conv1.weight";
        String prefix = shapes.prefixOf(first);
        List<Block> blocks = new ArrayList<>();
        int width = shapes.size(prefix + "conv1.weight", 4, 0);
        int in = width;
        for (int stage = 0; stage < STAGES; stage++) {
            String layer = prefix + "layer" + (stage + 1) + ".";
            int count = shapes.layerCount(layer, ".conv1.weight");
            int out = width << stage;
            for (int i = 0; i < count; i++) {
                blocks.add(new Block(layer + i + ".", in, out));
                in = out;
            }
        }
        requireEven(width, prefix);
        return new Stages(prefix, width, in, List.copyOf(blocks));
    }

    private static void requireEven(int width, String prefix) throws MergeException {
        if (width % 2 != 0) {
            throw MergeException.of(
                            ErrorCode.MISMATCH, "wrong number of channels (got " + width + ", expected an even number)")
                    .atTensor(prefix + "conv1.weight");
        }
    }

    private static void declareNorm(TensorList tensors, String name, long channels) {
        for (String part : List.of("weight", "bias", "running_mean", "running_var")) {
            tensors.add(name + "." + part, channels);
        }
    }

    private record Stages(String prefix, int width, int featureCount, List<Block> blocks) implements Blueprint {
        private static final PixelScaling PIXELS = PixelScaling.standardised(
                SIDE, new float[] {0.485f, 0.456f, 0.406f}, new float[] {0.229f, 0.224f, 0.225f});

        @Override
        public Map<String, Shape> tensors() {
            TensorList tensors = new TensorList();
            tensors.add(prefix + "conv1.weight", width, 3, 3, 3);
            declareNorm(tensors, prefix + "bn1", width);
            for (Block block : blocks) {
                block.declare(tensors);
            }
            return tensors.shapes();
        }

        @Override
        public String classifierPrefix() {
            return prefix + "linear.";
        }

        @Override
        public boolean isDifferentiable(String tensor) {
            return !tensor.contains(".running_");
        }

        @Override
        public NDArray features(BatchMemory memory, Tensors tensors, Batch batch) throws MergeException {
            NDArray pixels = PIXELS.apply(memory, batch);
            NDArray x = memory.freeing(() -> Layers.relu(Layers.batchNorm(
                    memory, Layers.conv3(pixels, tensors, prefix + "conv1", 1), tensors, prefix + "bn1")));
            for (Block block : blocks) {
                NDArray input = x;
                x = memory.freeing(() -> block.apply(memory, tensors, input));
            }
            return Pool.globalAvgPool2d(x);
        }
    }

    private record Block(String name, int in, int out) {
        void declare(TensorList tensors) {
            tensors.add(name + "conv1.weight", out, in, 3, 3);
            declareNorm(tensors, name + "bn1", out);
            tensors.add(name + "conv2.weight", out, out, 3, 3);
            declareNorm(tensors, name + "bn2", out);
        }

        NDArray apply(BatchMemory memory, Blueprint.Tensors tensors, NDArray x) {
            int stride = out / in;
            NDArray inner = Layers.relu(
                    Layers.batchNorm(memory, Layers.conv3(x, tensors, name + "conv1", stride), tensors, name + "bn1"));
            NDArray outer =
                    Layers.batchNorm(memory, Layers.conv3(inner, tensors, name + "conv2", 1), tensors, name + "bn2");
            return Layers.relu(outer.add(stride == 1 ? x : shortcut(x)));
        }

        private NDArray shortcut(NDArray x) {
            int channels = (out - in) / 2;
            // libtorch counts the sides from the last axis: columns, rows, channels.
            return x.get(new NDIndex(":, :, ::2, ::2"))
                    .pad(new ai.djl.ndarray.types.Shape(0, 0, 0, 0, channels, channels), 0);
        }
    }
}
