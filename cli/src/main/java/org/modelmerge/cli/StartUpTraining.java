package org.modelmerge.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.modelmerge.checkpoint.CheckpointLayout;
import org.modelmerge.checkpoint.DType;
import org.modelmerge.checkpoint.LocalStorage;
import org.modelmerge.checkpoint.OutputTensor;
import org.modelmerge.checkpoint.Shape;
import org.modelmerge.checkpoint.ShardLayout;
import org.modelmerge.checkpoint.ShardSink;
import org.modelmerge.checkpoint.SliceEncoder;
import org.modelmerge.checkpoint.TensorInfo;
import org.modelmerge.error.MergeException;

/// The run that the launchers have the JVM record for their start-up cache: it holds the classes and the profiles of
/// what merges do. In BF16, which most models come in, and long enough for the loops of a merge to be compiled.
final class StartUpTraining {
    private static final int TENSORS = 8;
    private static final int ELEMENTS = 1 << 20;
    private static final List<String> METHODS = List.of("task-arithmetic", "ties", "pcb");

    private StartUpTraining() {}

    /// Merges seeded checkpoints in a folder.
    ///
    /// @param args the folder, which must exist
    public static void main(String[] args) throws IOException, MergeException {
        Path folder = Path.of(args[0]);
        List<String> models = new ArrayList<>();
        for (int member = 0; member < 3; member++) {
            Path file = folder.resolve("model-" + member + ".safetensors");
            write(file, member);
            models.add(file.toString());
        }
        int exit = 0;
        for (String method : METHODS) {
            List<String> words = new ArrayList<>(List.of("--method", method, "--force", "--output"));
            words.add(folder.resolve("merged.safetensors").toString());
            words.addAll(models);
            exit = Math.max(exit, Main.run(words.toArray(String[]::new), Console.ofProcess()));
        }
        System.exit(exit);
    }

    private static void write(Path file, int member) throws IOException, MergeException {
        List<OutputTensor> tensors = new ArrayList<>();
        for (int t = 0; t < TENSORS; t++) {
            tensors.add(new OutputTensor("layers." + t + ".weight", DType.BF16, Shape.of(1024, ELEMENTS / 1024)));
        }
        ShardLayout shard =
                CheckpointLayout.of(tensors, Map.of(), Long.MAX_VALUE).shards().getFirst();
        Files.deleteIfExists(file);
        try (ShardSink sink = LocalStorage.INSTANCE.create(file)) {
            sink.write(shard.header(), 0);
            SliceEncoder encoder = new SliceEncoder(ELEMENTS);
            for (TensorInfo tensor : shard.tensors()) {
                float[] values = values(tensor.begin(), member);
                sink.write(encoder.encode(values, DType.BF16, values), shard.dataStart() + tensor.begin());
            }
        }
    }

    /// A base around 0, and fine-tunes of which some elements moved far.
    private static float[] values(long seed, int member) {
        SplittableRandom base = new SplittableRandom(seed);
        SplittableRandom delta = new SplittableRandom(seed + member);
        float[] values = new float[ELEMENTS];
        for (int j = 0; j < ELEMENTS; j++) {
            float move = delta.nextFloat() - 0.5f;
            values[j] = 0.04f * (base.nextFloat() - 0.5f) + (member == 0 ? 0 : 0.02f * move * move * move);
        }
        return values;
    }
}
