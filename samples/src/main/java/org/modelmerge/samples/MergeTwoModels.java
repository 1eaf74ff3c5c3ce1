package org.modelmerge.samples;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.modelmerge.checkpoint.OutputTransaction;
import org.modelmerge.engine.MergeJob;
import org.modelmerge.engine.MergeObserver;
import org.modelmerge.engine.MergeRequest;
import org.modelmerge.engine.MergeResult;
import org.modelmerge.engine.WeightStatistics;
import org.modelmerge.error.MergeException;
import org.modelmerge.error.Printable;
import org.modelmerge.method.Density;
import org.modelmerge.method.MergeMethod;
import org.modelmerge.ties.MergeFunction;
import org.modelmerge.ties.Ties;
import org.modelmerge.ties.TrimScope;

/// Merges two fine-tuned checkpoints of one base with TIES into a model folder, and shows the passes as they begin.
///
/// Arguments: BASE FIRST SECOND FOLDER. The folder appears when it is complete, or not at all.
public final class MergeTwoModels {
    private MergeTwoModels() {}

    public static void main(String[] args) throws MergeException {
        merge(Path.of(args[0]), List.of(Path.of(args[1]), Path.of(args[2])), Path.of(args[3]), System.out);
    }

    /// Merges, and prints what happens.
    ///
    /// @param folder must not exist yet
    /// @throws MergeException if the inputs cannot be read or merged, or the folder exists; nothing is left behind
    static MergeResult merge(Path base, List<Path> experts, Path folder, PrintStream out) throws MergeException {
        MergeMethod ties = new Ties(Density.percent(20), MergeFunction.MEAN, TrimScope.MODEL, 1);
        MergeRequest request = MergeRequest.of(ties, base, experts);
        // Opening reads all headers: what cannot be merged is refused here, before anything is written.
        try (MergeJob job = MergeJob.open(request);
                OutputTransaction output = OutputTransaction.begin(request.storage(), false)) {
            MergeResult result = job.run(output.stageFolder(folder), new PassPrinter(out));
            output.publish();
            print(result, out);
            return result;
        }
    }

    private static void print(MergeResult result, PrintStream out) {
        result.warnings().forEach(warning -> out.println("warning: " + warning));
        result.sha256().forEach((file, hash) -> out.println("wrote " + file + ", SHA-256 " + hash));
        WeightStatistics statistics = result.statistics();
        if (statistics == null) {
            return;
        }
        for (int i = 0; i < statistics.tasks().size(); i++) {
            String task = Printable.text(statistics.tasks().get(i));
            double norm = statistics.total().norm(i);
            double cosine = statistics.total().cosineToMerged(i);
            out.println(String.format(
                    Locale.ROOT, "%s: |tau| = %.4f, cosine to the merged task vector %.4f", task, norm, cosine));
        }
    }

    /// Prints a line when a pass begins.
    private record PassPrinter(PrintStream out) implements MergeObserver {
        @Override
        public void passStarted(String name, int number, int expected, long bytes) {
            out.println("pass " + number + " of " + expected + ": " + name + ", " + bytes + " bytes");
        }
    }
}
