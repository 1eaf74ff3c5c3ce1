package org.modelmerge.samples;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.modelmerge.arithmetic.TaskArithmetic;
import org.modelmerge.engine.MergeObserver;
import org.modelmerge.engine.MergeRequest;
import org.modelmerge.error.MergeException;
import org.modelmerge.method.Coefficients;
import org.modelmerge.report.MergeOrder;
import org.modelmerge.report.MergeOutcome;
import org.modelmerge.report.MergeSession;

/// Merges with task arithmetic and writes all that the command writes: the model, its report, and for a folder also
/// recipe, card and the base's other files.
///
/// Arguments: OUTPUT BASE EXPERT...; an OUTPUT that ends in `.safetensors` is one file, any other a folder.
public final class MergeWithReport {
    private MergeWithReport() {}

    public static void main(String[] args) throws MergeException {
        List<Path> models = Arrays.stream(args).skip(1).map(Path::of).toList();
        merge(models.getFirst(), models.subList(1, models.size()), Path.of(args[0]), System.out);
    }

    /// Merges, and prints what was written.
    ///
    /// @param output must not exist yet
    /// @throws MergeException if the inputs cannot be read or merged, or an output exists; nothing is left behind
    static void merge(Path base, List<Path> experts, Path output, PrintStream out) throws MergeException {
        MergeRequest request = MergeRequest.of(new TaskArithmetic(Coefficients.shared(0.3f)), base, experts);
        try (MergeSession session = MergeSession.open(MergeOrder.of(request, output))) {
            MergeOutcome outcome = session.run(MergeObserver.NONE);
            outcome.report().warnings().forEach(warning -> out.println("warning: " + warning));
            outcome.report().sha256().forEach((file, hash) -> out.println("wrote " + file + ", SHA-256 " + hash));
        }
    }
}
