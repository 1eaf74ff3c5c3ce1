package org.modelmerge.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.nn.Activation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.modelmerge.checkpoint.Shape;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;

/// The image tower of CLIP, a vision transformer.
///
/// ```
/// x = LayerNorm((class, patches) + position)
/// x = x + attention(LayerNorm(x)); x = x + W2 g(W1 LayerNorm(x) + b1) + b2      each layer; g(y) = y
/// sigmoid(1.702 y) p = LayerNorm of the first token's x
/// z = P p / |P p| with the projection P of the checkpoint; p if it has none
/// ```
///
/// Source: Radford et al., "Learning Transferable Visual Models From Natural Language Supervision", 2021,
/// arXiv:2103.00020; names and forward pass of CLIPVisionModelWithProjection in transformers 4.55. Zero-shot
/// heads are applied to vectors of length 1, so z has length 1.
final class ClipVisionTower implements Architecture {
    private static final String POSITIONS = "vision_model.embeddings.position_embedding.weight";
    private static final float EPSILON = 1e-5f;

    @Override
    public String name() {
        return "clip-vit";
    }

    @Override
    public Kind kind() {
        return Kind.IMAGE;
    }

    @Override
    public Blueprint blueprint(TensorShapes shapes, NetworkSettings settings) throws MergeException {
        String prefix = shapes.prefixOf(POSITIONS);
        String vision = prefix + "vision_model.";
        int d = shapes.size(vision + "embeddings.class_embedding", 1, 0);
        int patch = shapes.size(vision + "embeddings.patch_embedding.weight", 4, 2);
        String fc1 = vision + "encoder.layers.0.mlp.fc1.weight";
        String projection = prefix + "visual_projection.weight";
        ModelConfig config = settings.config();
        ModelConfig own = config.members().containsKey("vision_config") ? config.part("vision_config") : config;
        own.require("hidden_act", "quick_gelu");
        int positions = shapes.size(prefix + POSITIONS, 2, 0);
        return new Tower(
                prefix,
                patch * patchesPerSide(positions, prefix),
                patch,
                positions,
                d,
                shapes.size(fc1, 2, 0),
                shapes.layerCount(vision + "encoder.layers.", ".self_attn.q_proj.weight"),
                TransformerSizes.headCount(own, d, d == 1280 ? 80 : d == 1664 ? 104 : 64),
                shapes.has(projection) ? shapes.size(projection, 2, 0) : 0,
                own.number("layer_norm_eps", EPSILON));
    }

    private static int patchesPerSide(int positions, String prefix) throws MergeException {
        int side = (int) Math.sqrt(positions - 1.0);
        if (side * side != positions - 1 || side == 0) {
            throw MergeException.of(
                            ErrorCode.MISMATCH,
                            "wrong number of positions (got " + positions + ", expected 1 more than a square)")
                    .atTensor(prefix + POSITIONS);
        }
        return side;
    }

    /// Sizes as the shapes say.
    ///
    /// @param projected elements of the projected vector, 0 if the checkpoint has no projection
    private record Tower(
            String prefix,
            int side,
            int patch,
            int positions,
            int d,
            int inner,
            int layerCount,
            int heads,
            int projected,
            float epsilon)
            implements Blueprint {
        // The published means and deviations, rounded to float32.
        private static final float[] MEAN = {0.48145467f, 0.4578275f, 0.40821072f};
        private static final float[] DEVIATION = {0.26862955f, 0.2613026f, 0.2757771f};

        @Override
        public Map<String, Shape> tensors() {
            TensorList tensors = new TensorList();
            String vision = prefix + "vision_model.";
            tensors.add(vision + "embeddings.class_embedding", d);
            tensors.add(vision + "embeddings.patch_embedding.weight", d, 3, patch, patch);
            tensors.add(prefix + POSITIONS, positions, d);
            tensors.addWithBias(vision + "pre_layrnorm", d);
            for (Layer layer : layers()) {
                tensors.addWithBias(layer.name + "layer_norm1", d);
                layer.attention.declare(tensors, d);
                tensors.addWithBias(layer.name + "layer_norm2", d);
                tensors.addWithBias(layer.name + "mlp.fc1", inner, d);
                tensors.addWithBias(layer.name + "mlp.fc2", d, inner);
            }
            tensors.addWithBias(vision + "post_layernorm", d);
            if (projected > 0) {
                tensors.add(prefix + "visual_projection.weight", projected, d);
            }
            return tensors.shapes();
        }

        private List<Layer> layers() {
            List<Layer> layers = new ArrayList<>();
            for (int i = 0; i < layerCount; i++) {
                layers.add(Layer.of(prefix + "vision_model.encoder.layers." + i + ".", heads));
            }
            return layers;
        }

        @Override
        public int featureCount() {
            return projected > 0 ? projected : d;
        }

        @Override
        public NDArray features(BatchMemory memory, Tensors tensors, Batch batch) throws MergeException {
            NDArray pixels = PixelScaling.standardised(side, MEAN, DEVIATION).apply(memory, batch);
            NDArray x = memory.freeing(() -> embed(memory, tensors, pixels));
            for (Layer layer : layers()) {
                NDArray input = x;
                x = memory.freeing(() -> layer.apply(memory, tensors, input, epsilon));
            }
            NDArray pooled = Layers.layerNorm(
                    memory, x.get(new NDIndex(":, 0")), tensors, prefix + "vision_model.post_layernorm", epsilon);
            return projected == 0
                    ? pooled
                    : Layers.linearWithoutBias(pooled, tensors, prefix + "visual_projection")
                            .normalize(2, 1);
        }

        private NDArray embed(BatchMemory memory, Tensors tensors, NDArray pixels) {
            String embeddings = prefix + "vision_model.embeddings.";
            long n = pixels.getShape().get(0);
            NDArray patches = Layers.patches(pixels, tensors, embeddings + "patch_embedding", patch)
                    .reshape(n, d, -1)
                    .swapAxes(1, 2);
            NDArray classToken = tensors.vectors(embeddings + "class_embedding", n);
            NDArray tokens = NDArrays.concat(new NDList(classToken, patches), 1);
            return Layers.layerNorm(
                    memory,
                    tokens.add(tensors.firstRows(prefix + POSITIONS, positions)),
                    tensors,
                    prefix + "vision_model.pre_layrnorm",
                    epsilon);
        }
    }

    private record Layer(String name, SelfAttention attention) {
        static Layer of(String name, int heads) {
            String self = name + "self_attn.";
            return new Layer(
                    name,
                    new SelfAttention(self + "q_proj", self + "k_proj", self + "v_proj", self + "out_proj", heads));
        }

        NDArray apply(BatchMemory memory, Blueprint.Tensors tensors, NDArray x, float epsilon) {
            NDArray attended = memory.freeing(() -> attention
                    .apply(memory, tensors, Layers.layerNorm(memory, x, tensors, name + "layer_norm1", epsilon), null)
                    .add(x));
            NDArray inner = Layers.linear(
                    Layers.layerNorm(memory, attended, tensors, name + "layer_norm2", epsilon),
                    tensors,
                    name + "mlp.fc1");
            NDArray activated = inner.mul(Activation.sigmoid(inner.mul(memory.constant(1.702f))));
            return Layers.linear(activated, tensors, name + "mlp.fc2").add(attended);
        }
    }
}
