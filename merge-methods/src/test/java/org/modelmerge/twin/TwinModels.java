package org.modelmerge.twin;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.modelmerge.checkpoint.Shape;
import org.modelmerge.engine.MergeObserver;
import org.modelmerge.engine.MergeRequest;
import org.modelmerge.engine.MergeRequest.Limits;
import org.modelmerge.engine.MergeRequest.OutputForm;
import org.modelmerge.error.MergeException;
import org.modelmerge.testing.TinyCheckpoint;

/// A base and two experts with tensors of every kind.
final class TwinModels {
    private TwinModels() {}

    /// Writes `base`, `a` and `b`.
    static void write(Path folder) throws IOException {
        model(0, 0).write(folder.resolve("base.safetensors"));
        model(1, 0.1f).write(folder.resolve("a.safetensors"));
        model(2, 0.1f).write(folder.resolve("b.safetensors"));
    }

    static TinyCheckpoint model(long seed, float distance) {
        return new TinyCheckpoint()
                .floats("linear.weight", Shape.of(20, 30), values(600, 10, seed, distance))
                .floats("linear.bias", Shape.of(20), values(20, 11, seed, distance))
                .floats("conv.weight", Shape.of(12, 3, 2, 2), values(144, 12, seed, distance))
                .floats("relative_bias.weight", Shape.of(10, 10), values(100, 13, seed, distance))
                .floats("scale", Shape.of(), values(1, 14, seed, distance))
                .floats("empty", Shape.of(0, 5))
                .longs("ids", Shape.of(2), 7, 8);
    }

    private static float[] values(int count, long tensor, long seed, float distance) {
        SplittableRandom base = new SplittableRandom(tensor);
        SplittableRandom own = new SplittableRandom(tensor * 100 + seed);
        float[] values = new float[count];
        for (int j = 0; j < count; j++) {
            values[j] = base.nextFloat() - 0.5f + distance * (own.nextFloat() - 0.5f);
        }
        return values;
    }

    static MergeRequest request(Path folder, TwinMerging method) {
        return MergeRequest.of(
                method,
                folder.resolve("base.safetensors"),
                List.of(folder.resolve("a.safetensors"), folder.resolve("b.safetensors")));
    }

    /// Extracts into an existing folder.
    static TwinManifest extract(MergeRequest request, Path target) throws MergeException {
        try (TwinExtraction extraction = TwinExtraction.open(request)) {
            return extraction.run(target, MergeObserver.NONE).manifest();
        }
    }

    /// Composes one file in an existing folder.
    static Path compose(TwinFolder folder, float[] weights, String task, Path target) throws MergeException {
        OutputForm form = new OutputForm(null, "composed.safetensors", Long.MAX_VALUE);
        TwinComposition.of(folder, weights, task.isEmpty() ? null : task, form, Limits.DEFAULT)
                .run(target, MergeObserver.NONE);
        return target.resolve("composed.safetensors");
    }
}
