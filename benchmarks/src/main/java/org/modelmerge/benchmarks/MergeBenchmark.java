package org.modelmerge.benchmarks;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.modelmerge.average.Average;
import org.modelmerge.catalog.MethodCatalog;
import org.modelmerge.checkpoint.DType;
import org.modelmerge.engine.MergeJob;
import org.modelmerge.engine.MergeObserver;
import org.modelmerge.engine.MergeRequest;
import org.modelmerge.error.MergeException;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// What does a whole merge cost inside a warm process: a base and three experts of 64 MB in BF16, with report, hash and
/// force, to a temporary folder?
///
/// Checked by a second merge on one thread and in slices of another size, which must write the same bytes.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class MergeBenchmark {
    private static final int EXPERTS = 3;
    private static final long BYTES = 64_000_000;

    @Param({"average", "task-arithmetic", "ties", "pcb", "pcb vision-es"})
    private String method = "";

    private Path folder = Path.of("");
    private Path output = Path.of("");
    private MergeRequest request = MergeRequest.of(Average.plain(), Path.of(""), List.of(Path.of("")));

    @Setup
    public void check() throws Exception {
        folder = Files.createTempDirectory("merge-benchmark");
        output = Files.createDirectory(folder.resolve("output"));
        CheckpointFamily family = CheckpointFamily.ofSize(DType.BF16, BYTES);
        List<Path> files = new ArrayList<>();
        for (int member = 0; member <= EXPERTS; member++) {
            files.add(folder.resolve("member" + member + ".safetensors"));
            family.write(files.getLast(), member);
        }
        List<String> words = List.of(method.split(" ", 2));
        Map<String, Object> values = words.size() == 1 ? Map.of() : Map.of("variant", words.getLast());
        request = MergeRequest.of(
                MethodCatalog.create(words.getFirst(), values), files.getFirst(), files.subList(1, files.size()));
        Map<String, String> usual = merge();
        MergeRequest usualRequest = request;
        request = request.withLimits(new MergeRequest.Limits(1, 0, 1 << 12));
        clear();
        Map<String, String> other = merge();
        request = usualRequest;
        if (!usual.equals(other)) {
            throw new IllegalStateException("one thread and other slices give " + other + ", expected " + usual);
        }
    }

    /// A merge refuses to write over the output of the one before.
    @Setup(Level.Invocation)
    public void clear() throws IOException {
        deleteFilesIn(output);
    }

    @TearDown
    public void delete() throws IOException {
        deleteFilesIn(output);
        Files.delete(output);
        deleteFilesIn(folder);
        Files.delete(folder);
    }

    private static void deleteFilesIn(Path parent) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(parent)) {
            for (Path file : files) {
                Files.delete(file);
            }
        }
    }

    @Benchmark
    public Map<String, String> merge() throws MergeException {
        try (MergeJob job = MergeJob.open(request)) {
            return job.run(output, MergeObserver.NONE).sha256();
        }
    }
}
