package org.modelmerge.benchmarks;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.modelmerge.checkpoint.CheckpointLayout;
import org.modelmerge.checkpoint.DType;
import org.modelmerge.checkpoint.LocalStorage;
import org.modelmerge.checkpoint.OutputTensor;
import org.modelmerge.checkpoint.Shape;
import org.modelmerge.checkpoint.ShardLayout;
import org.modelmerge.checkpoint.ShardSink;
import org.modelmerge.checkpoint.SliceEncoder;
import org.modelmerge.checkpoint.TensorInfo;

/// A base and experts with the tensors of a Llama and seeded random weights: base ~ 0.02 N(0,1), task vectors ~ 0.001
/// N(0,1) with a heavier tail, as full fine-tunes have.
public final class CheckpointFamily {
    private static final int BLOCK = 1 << 16;

    private final DType dtype;
    private final long hidden;
    private final int layers;
    private final List<OutputTensor> tensors;

    private CheckpointFamily(DType dtype, long hidden, int layers, List<OutputTensor> tensors) {
        this.dtype = dtype;
        this.hidden = hidden;
        this.layers = layers;
        this.tensors = tensors;
    }

    /// A family whose files have about `bytes` bytes each.
    public static CheckpointFamily ofSize(DType dtype, long bytes) {
        long elements = bytes / dtype.bytes();
        long hidden = 256;
        while (elements(hidden + 256, 1) * 4 < elements && hidden < 4096) {
            hidden += 256;
        }
        int layers =
                (int) Math.max(1, Math.round((double) (elements - 2 * vocabulary(hidden) * hidden) / layer(hidden)));
        List<OutputTensor> tensors = new ArrayList<>();
        add(tensors, dtype, "model.embed_tokens.weight", vocabulary(hidden), hidden);
        for (int k = 0; k < layers; k++) {
            String prefix = "model.layers." + k + ".";
            for (String name : List.of("q_proj", "k_proj", "v_proj", "o_proj")) {
                add(tensors, dtype, prefix + "self_attn." + name + ".weight", hidden, hidden);
            }
            add(tensors, dtype, prefix + "mlp.gate_proj.weight", inner(hidden), hidden);
            add(tensors, dtype, prefix + "mlp.up_proj.weight", inner(hidden), hidden);
            add(tensors, dtype, prefix + "mlp.down_proj.weight", hidden, inner(hidden));
            add(tensors, dtype, prefix + "input_layernorm.weight", hidden);
            add(tensors, dtype, prefix + "post_attention_layernorm.weight", hidden);
        }
        add(tensors, dtype, "model.norm.weight", hidden);
        add(tensors, dtype, "lm_head.weight", vocabulary(hidden), hidden);
        return new CheckpointFamily(dtype, hidden, layers, tensors);
    }

    private static void add(List<OutputTensor> tensors, DType dtype, String name, long... sizes) {
        tensors.add(new OutputTensor(name, dtype, Shape.of(sizes)));
    }

    private static long vocabulary(long hidden) {
        return 8 * hidden;
    }

    private static long inner(long hidden) {
        return 11 * hidden / 4;
    }

    private static long layer(long hidden) {
        return 4 * hidden * hidden + 3 * inner(hidden) * hidden + 2 * hidden;
    }

    private static long elements(long hidden, int layers) {
        return 2 * vocabulary(hidden) * hidden + layers * layer(hidden) + hidden;
    }

    /// Writes a member of the family.
    ///
    /// @param member 0 for the base, i for expert i
    public void write(Path file, int member) throws Exception {
        write(file, member, 1);
    }

    /// Writes a member of the family of which only some blocks of 64 Ki elements have values; the others are 0, and
    /// holes where the file system has such.
    ///
    /// @param every 1 for all blocks, k for each k-th block of a tensor
    void write(Path file, int member, int every) throws Exception {
        CheckpointLayout layout = CheckpointLayout.of(tensors, Map.of("format", "pt"), Long.MAX_VALUE);
        ShardLayout shard = layout.shards().getFirst();
        Files.deleteIfExists(file);
        try (ShardSink sink = LocalStorage.INSTANCE.create(file)) {
            sink.write(shard.header(), 0);
            sink.write(ByteBuffer.allocate(1), shard.fileSize() - 1);
            SliceEncoder encoder = new SliceEncoder(BLOCK);
            for (TensorInfo tensor : shard.tensors()) {
                long count = tensor.elementCount();
                long bytes = shard.dataStart() + tensor.begin();
                for (long start = 0; start < count; start += (long) BLOCK * every) {
                    float[] values = new float[(int) Math.min(BLOCK, count - start)];
                    fill(values, tensor.name().hashCode() * 31L + start, member);
                    ByteBuffer encoded = encoder.encode(values, dtype, values);
                    sink.write(encoded, bytes + start * dtype.bytes());
                }
            }
        }
    }

    private static void fill(float[] values, long seed, int member) {
        SplittableRandom base = new SplittableRandom(seed);
        SplittableRandom delta = new SplittableRandom(seed * 1_000_003 + member);
        for (int j = 0; j < values.length; j++) {
            float value = 0.02f * normal(base);
            if (member > 0) {
                float z = normal(delta);
                value += 0.001f * z * Math.abs(z);
            }
            values[j] = value;
        }
    }

    /// A sum of uniform numbers: near enough to normal, and cheap.
    private static float normal(SplittableRandom random) {
        long bits = random.nextLong();
        float sum = 0;
        for (int k = 0; k < 4; k++) {
            sum += (short) (bits >>> (16 * k));
        }
        return sum * (1.732f / 2 / 32768);
    }

    /// The configuration that other tools need beside such weights.
    private String config() {
        return String.format(Locale.ROOT, """
            {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": %d, "intermediate_size": %d,
            "num_hidden_layers": %d, "num_attention_heads": %d, "num_key_value_heads": %4$d, "vocab_size": %d,
            "tie_word_embeddings": false}
            """, hidden, inner(hidden), layers, hidden / 64, vocabulary(hidden));
    }

    /// AdaMerging's coefficients for a merge of these experts: one a tensor and task, around 0.3.
    private String coefficients(int experts) {
        String tasks = IntStream.rangeClosed(1, experts)
                .mapToObj(i -> "\"ft" + i + "\"")
                .collect(Collectors.joining(","));
        StringBuilder rows = new StringBuilder();
        for (int t = 0; t < tensors.size(); t++) {
            rows.append(t == 0 ? "" : ",\n")
                    .append('"')
                    .append(tensors.get(t).name())
                    .append("\":[");
            for (int i = 0; i < experts; i++) {
                rows.append(i == 0 ? "" : ",")
                        .append(String.format(Locale.ROOT, "%.3f", 0.25 + (7 * t + 3 * i) % 101 * 0.001));
            }
            rows.append(']');
        }
        return "{\"schema\":1,\"granularity\":\"layer\",\"tasks\":[" + tasks + "],\"rows\":{\n" + rows + "}}\n";
    }

    /// Writes `FOLDER/base.safetensors` and `FOLDER/ft1.safetensors`, ..., a `config.json` of Llama, and
    /// `coefficients.json` for AdaMerging.
    ///
    /// @param args folder, dtype (bf16, f16, f32), bytes a file, number of experts; then k if only each k-th
    ///     block shall have values
    public static void main(String[] args) throws Exception {
        Path folder = Path.of(args[0]);
        Files.createDirectories(folder);
        DType dtype = DType.valueOf(args[1].toUpperCase(Locale.ROOT));
        CheckpointFamily family = ofSize(dtype, Long.parseLong(args[2]));
        int experts = Integer.parseInt(args[3]);
        int every = args.length > 4 ? Integer.parseInt(args[4]) : 1;
        for (int member = 0; member <= experts; member++) {
            String name = member == 0 ? "base" : "ft" + member;
            family.write(folder.resolve(name + ".safetensors"), member, every);
        }
        Files.writeString(folder.resolve("config.json"), family.config());
        Files.writeString(folder.resolve("coefficients.json"), family.coefficients(experts));
    }
}
