package org.modelmerge.samples;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.modelmerge.arithmetic.TaskArithmetic;
import org.modelmerge.engine.MergeJob;
import org.modelmerge.engine.MergeObserver;
import org.modelmerge.engine.MergeRequest;
import org.modelmerge.error.MergeException;

/// Hands merged models to a scorer that the library knows nothing of, without a file in between, for three lambdas.
///
/// Arguments: IMAGES LABELS HEAD BASE EXPERT..., for example the test images of a task in `samples/image-cnn`.
public final class ScoreInMemory {
    private static final float[] LAMBDAS = {0, 0.5f, 1};

    private ScoreInMemory() {}

    /// What a harness offers: weights in, number out. [PlainImageCnn] is one; an LLM harness would be another.
    @FunctionalInterface
    interface Scorer {
        /// The score of a model, larger is better.
        ///
        /// @param weights row-major, by tensor name
        double score(Map<String, float[]> weights);
    }

    public static void main(String[] args) throws MergeException, IOException {
        Scorer scorer = PlainImageCnn.accuracyOn(Path.of(args[0]), Path.of(args[1]), Path.of(args[2]));
        List<Path> models = Arrays.stream(args).skip(3).map(Path::of).toList();
        compare(models.getFirst(), models.subList(1, models.size()), scorer, MergeObserver.NONE, System.out);
    }

    /// Scores one merge after the other.
    ///
    /// @param observer hears of the passes; when it says so, the merge that runs ends with `CANCELLED`
    static void compare(Path base, List<Path> experts, Scorer scorer, MergeObserver observer, PrintStream out)
            throws MergeException {
        for (float lambda : LAMBDAS) {
            MergeRequest request = MergeRequest.of(TaskArithmetic.of(lambda), base, experts);
            Map<String, float[]> weights = new HashMap<>();
            try (MergeJob job = MergeJob.open(request)) {
                // One tensor at a time; a runtime that has memory of its own would copy it there and keep nothing here.
                job.tensors(observer).forEach(tensor -> weights.put(tensor.name(), tensor.floats()));
            }
            out.println(String.format(Locale.ROOT, "lambda %.1f: score %.3f", lambda, scorer.score(weights)));
        }
    }
}
