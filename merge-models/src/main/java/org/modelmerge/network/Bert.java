package org.modelmerge.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.modelmerge.checkpoint.Shape;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.task.Pooling;

/// Encoders of the BERT family: BERT, MiniLM, E5, BGE.
///
/// ```
/// x = LayerNorm(word + position + token type 0)
/// x = LayerNorm(x + attention(x)); x = LayerNorm(x + W2 gelu(W1 x + b1) + b2)      each layer
/// z = mean over the tokens of x, or the first token's x
/// ```
///
/// Source: Devlin et al., "BERT", 2018, arXiv:1810.04805; names and forward pass of the class BertModel of
/// transformers 4.55. Without its pooler, as sentence encoders use it.
final class Bert implements Architecture {
    private static final float EPSILON = 1e-12f;

    @Override
    public String name() {
        return "bert";
    }

    @Override
    public Kind kind() {
        return Kind.TEXT;
    }

    @Override
    public Blueprint blueprint(TensorShapes shapes, NetworkSettings settings) throws MergeException {
        ModelConfig config = settings.config();
        config.require("hidden_act", "gelu");
        config.require("position_embedding_type", "absolute");
        String words = "embeddings.word_embeddings.weight";
        String prefix = shapes.prefixOf(words);
        int d = shapes.size(prefix + words, 2, 1);
        int positions = shapes.size(prefix + "embeddings.position_embeddings.weight", 2, 0);
        Sizes sizes = new Sizes(
                prefix,
                shapes.size(prefix + words, 2, 0),
                positions,
                shapes.size(prefix + "embeddings.token_type_embeddings.weight", 2, 0),
                d,
                shapes.size(prefix + "encoder.layer.0.intermediate.dense.weight", 2, 0),
                shapes.layerCount(prefix + "encoder.layer.", ".attention.self.query.weight"));
        Pooling pooling = settings.pooling() == null ? Pooling.MEAN : settings.pooling();
        return new Encoder(
                sizes,
                TransformerSizes.headCount(config, d, d == 384 ? 32 : 64),
                TransformerSizes.longest(settings.maxLength(), positions),
                pooling,
                config.number("layer_norm_eps", EPSILON));
    }

    /// What the shapes say.
    private record Sizes(
            String prefix, int vocabulary, int positions, int tokenTypes, int d, int inner, int layerCount) {}

    private record Encoder(Sizes sizes, int heads, int longestText, Pooling pooling, float epsilon)
            implements Blueprint {
        @Override
        public Map<String, Shape> tensors() {
            TensorList tensors = new TensorList();
            int d = sizes.d;
            String embeddings = sizes.prefix + "embeddings.";
            tensors.add(embeddings + "word_embeddings.weight", sizes.vocabulary, d);
            tensors.add(embeddings + "position_embeddings.weight", sizes.positions, d);
            tensors.add(embeddings + "token_type_embeddings.weight", sizes.tokenTypes, d);
            tensors.addWithBias(embeddings + "LayerNorm", d);
            for (Layer layer : layers()) {
                layer.attention.declare(tensors, d);
                tensors.addWithBias(layer.name + "attention.output.LayerNorm", d);
                tensors.addWithBias(layer.name + "intermediate.dense", sizes.inner, d);
                tensors.addWithBias(layer.name + "output.dense", d, sizes.inner);
                tensors.addWithBias(layer.name + "output.LayerNorm", d);
            }
            return tensors.shapes();
        }

        private List<Layer> layers() {
            List<Layer> layers = new ArrayList<>();
            for (int i = 0; i < sizes.layerCount; i++) {
                layers.add(Layer.of(sizes.prefix + "encoder.layer." + i + ".", heads));
            }
            return layers;
        }

        @Override
        public int featureCount() {
            return sizes.d;
        }

        @Override
        public int vocabularySize() {
            return sizes.vocabulary;
        }

        @Override
        public NDArray features(BatchMemory memory, Tensors tensors, Batch batch) throws MergeException {
            if (!(batch instanceof Batch.Tokens texts)) {
                throw MergeException.of(ErrorCode.MISMATCH, "wrong input for bert (got images, expected texts)");
            }
            TokenGrid grid = TokenGrid.of(texts, longestText);
            NDArray mask = grid.scoreMask(memory);
            NDArray x = memory.freeing(() -> embed(memory, tensors, grid.numbers(memory)));
            for (Layer layer : layers()) {
                NDArray input = x;
                x = memory.freeing(() -> layer.apply(memory, tensors, input, mask, epsilon));
            }
            return switch (pooling) {
                case CLS -> x.get(new NDIndex(":, 0"));
                case MEAN -> grid.mean(memory, x);
            };
        }

        private NDArray embed(BatchMemory memory, Tensors tensors, NDArray numbers) {
            String embeddings = sizes.prefix + "embeddings.";
            NDArray word = tensors.rows(numbers, embeddings + "word_embeddings.weight");
            NDArray position = tensors.firstRows(
                    embeddings + "position_embeddings.weight",
                    numbers.getShape().get(1));
            NDArray type = tensors.firstRows(embeddings + "token_type_embeddings.weight", 1);
            return Layers.layerNorm(memory, word.add(type).add(position), tensors, embeddings + "LayerNorm", epsilon);
        }
    }

    private record Layer(String name, SelfAttention attention) {
        static Layer of(String name, int heads) {
            String self = name + "attention.self.";
            return new Layer(
                    name,
                    new SelfAttention(
                            self + "query", self + "key", self + "value", name + "attention.output.dense", heads));
        }

        NDArray apply(BatchMemory memory, Blueprint.Tensors tensors, NDArray x, @Nullable NDArray mask, float epsilon) {
            NDArray attended = memory.freeing(() -> Layers.layerNorm(
                    memory,
                    attention.apply(memory, tensors, x, mask).add(x),
                    tensors,
                    name + "attention.output.LayerNorm",
                    epsilon));
            NDArray inner = Layers.gelu(Layers.linear(attended, tensors, name + "intermediate.dense"));
            return Layers.layerNorm(
                    memory,
                    Layers.linear(inner, tensors, name + "output.dense").add(attended),
                    tensors,
                    name + "output.LayerNorm",
                    epsilon);
        }
    }
}
