package org.modelmerge.engine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.modelmerge.checkpoint.Checkpoint;
import org.modelmerge.checkpoint.CheckpointLayout;
import org.modelmerge.checkpoint.DType;
import org.modelmerge.checkpoint.LocalStorage;
import org.modelmerge.checkpoint.NameFilter;
import org.modelmerge.checkpoint.Storage;
import org.modelmerge.checkpoint.StoredTensor;
import org.modelmerge.engine.MergeRequest.Allowed;
import org.modelmerge.engine.MergeRequest.Limits;
import org.modelmerge.engine.MergeRequest.OutputForm;
import org.modelmerge.error.MergeException;
import org.modelmerge.method.MergeMethod;
import org.modelmerge.testing.TinyCheckpoint;

/// A merge of files in a temporary folder, with every choice of a request open to change.
final class TestMerge {
    static final String OUTPUT = "out.safetensors";

    private final Path folder;
    private final List<Path> experts = new ArrayList<>();
    private Path base;
    private MergeMethod method;
    private NameFilter scope = NameFilter.ALL;
    private boolean allowMissing;
    private boolean allowExtra;
    private boolean allowNonfinite;
    private @Nullable DType dtype;
    private long maxShardBytes = CheckpointLayout.DEFAULT_SHARD_BYTES;
    private @Nullable String singleFile = OUTPUT;
    private Limits limits = new Limits(2, 0, 1 << 16);
    private boolean statistics = true;
    private boolean hashInputs;
    private Storage storage = LocalStorage.INSTANCE;

    /// @param temp an existing folder; everything is written below it
    TestMerge(Path temp, MergeMethod method) {
        try {
            this.folder = Files.createTempDirectory(temp, "merge");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        this.base = folder.resolve("base.safetensors");
        this.method = method;
    }

    TestMerge base(TinyCheckpoint checkpoint) {
        base = write(checkpoint, "base.safetensors");
        return this;
    }

    TestMerge expert(TinyCheckpoint checkpoint) {
        experts.add(write(checkpoint, "expert-" + experts.size() + ".safetensors"));
        return this;
    }

    TestMerge models(TestModel ofBase, List<TestModel> ofExperts) {
        base(ofBase.checkpoint());
        ofExperts.forEach(expert -> expert(expert.checkpoint()));
        return this;
    }

    TestMerge paths(Path ofBase, List<Path> ofExperts) {
        base = ofBase;
        experts.clear();
        experts.addAll(ofExperts);
        return this;
    }

    private Path write(TinyCheckpoint checkpoint, String name) {
        try {
            return checkpoint.write(folder.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    TestMerge method(MergeMethod other) {
        method = other;
        return this;
    }

    TestMerge include(String pattern) {
        scope = new NameFilter(List.of(Pattern.compile(pattern)), scope.exclude());
        return this;
    }

    TestMerge exclude(String pattern) {
        scope = new NameFilter(scope.include(), List.of(Pattern.compile(pattern)));
        return this;
    }

    TestMerge allowMissing() {
        allowMissing = true;
        return this;
    }

    TestMerge allowExtra() {
        allowExtra = true;
        return this;
    }

    TestMerge allowNonfinite() {
        allowNonfinite = true;
        return this;
    }

    TestMerge dtype(DType other) {
        dtype = other;
        return this;
    }

    TestMerge shards(long bytes) {
        maxShardBytes = bytes;
        singleFile = null;
        return this;
    }

    TestMerge limits(int threads, int sliceElements) {
        return limits(new Limits(threads, 0, sliceElements));
    }

    TestMerge limits(Limits other) {
        limits = other;
        return this;
    }

    TestMerge withoutStatistics() {
        statistics = false;
        return this;
    }

    TestMerge hashInputs() {
        hashInputs = true;
        return this;
    }

    TestMerge storage(Storage other) {
        storage = other;
        return this;
    }

    Path basePath() {
        return base;
    }

    List<Path> expertPaths() {
        return List.copyOf(experts);
    }

    MergeRequest request() {
        return MergeRequest.of(method, base, experts)
                .withScope(scope)
                .withAllowed(new Allowed(allowMissing, allowExtra, allowNonfinite))
                .withForm(new OutputForm(dtype, singleFile, maxShardBytes))
                .withLimits(limits)
                .withStatistics(statistics)
                .withHashing(hashInputs ? MergeRequest.Hashing.EVERYTHING : MergeRequest.Hashing.OUTPUTS)
                .withStorage(storage);
    }

    MergePlan plan() throws MergeException {
        try (MergeJob job = MergeJob.open(request())) {
            return job.plan();
        }
    }

    /// A merge that was run.
    ///
    /// @param folder holds the output
    record Output(Path folder, MergeResult result) {
        Path file() {
            return folder.resolve(OUTPUT);
        }

        /// The bytes of each tensor, by name.
        Map<String, TestTensor> tensors() throws MergeException {
            return read(file());
        }
    }

    Output run() throws MergeException {
        return run(MergeObserver.NONE);
    }

    Output run(MergeObserver observer) throws MergeException {
        try {
            Path output = Files.createTempDirectory(folder, "out");
            try (MergeJob job = MergeJob.open(request())) {
                return new Output(output, job.run(output, observer));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Map<String, TestTensor> read(Path path) throws MergeException {
        Map<String, TestTensor> tensors = new TreeMap<>();
        try (Checkpoint checkpoint = Checkpoint.open(path)) {
            for (StoredTensor tensor : checkpoint.tensors().values()) {
                byte[] bytes =
                        new byte[(int) (tensor.info().end() - tensor.info().begin())];
                tensor.shard().source().read(ByteBuffer.wrap(bytes), tensor.fileOffset());
                tensors.put(
                        tensor.info().name(),
                        new TestTensor(
                                tensor.info().name(),
                                tensor.info().dtype(),
                                tensor.info().shape(),
                                bytes));
            }
        }
        return tensors;
    }
}
