package org.modelmerge.benchmarks;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.modelmerge.checkpoint.Checkpoint;
import org.modelmerge.checkpoint.CheckpointLayout;
import org.modelmerge.checkpoint.DType;
import org.modelmerge.checkpoint.LocalStorage;
import org.modelmerge.checkpoint.OutputTensor;
import org.modelmerge.checkpoint.Shape;
import org.modelmerge.checkpoint.ShardLayout;
import org.modelmerge.checkpoint.ShardSink;
import org.modelmerge.checkpoint.StoredTensor;
import org.modelmerge.error.MergeException;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// How long does it take to open a checkpoint: to read, check and index a header of 5,000 tensors?
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class HeaderBenchmark {
    private static final int TENSORS = 5_000;

    private Path folder = Path.of("");
    private Path file = Path.of("");

    @Setup
    public void write() throws IOException, MergeException {
        folder = Files.createTempDirectory("header-benchmark");
        file = folder.resolve("model.safetensors");
        List<OutputTensor> tensors = new ArrayList<>();
        for (int k = 0; k < TENSORS; k++) {
            String name = "model.layers." + k / 8 + ".mlp.experts." + k % 8 + ".down_proj.weight";
            tensors.add(new OutputTensor(name, DType.BF16, Shape.of(4, 8)));
        }
        ShardLayout shard = CheckpointLayout.of(tensors, Map.of("format", "pt"), Long.MAX_VALUE)
                .shards()
                .getFirst();
        try (ShardSink sink = LocalStorage.INSTANCE.create(file)) {
            sink.write(shard.header(), 0);
            sink.write(ByteBuffer.allocate(TENSORS * 4 * 8 * 2), shard.dataStart());
        }
        try (Checkpoint checkpoint = Checkpoint.open(file)) {
            for (OutputTensor tensor : tensors) {
                StoredTensor stored = checkpoint.tensor(tensor.name());
                boolean same = stored != null
                        && stored.info().dtype() == tensor.dtype()
                        && stored.info().shape().equals(tensor.shape());
                if (!same) {
                    throw new IllegalStateException("the header lost " + tensor.name());
                }
            }
        }
    }

    @TearDown
    public void delete() throws IOException {
        Files.delete(file);
        Files.delete(folder);
    }

    @Benchmark
    public int open() throws MergeException {
        try (Checkpoint checkpoint = Checkpoint.open(file)) {
            return checkpoint.tensors().size();
        }
    }
}
