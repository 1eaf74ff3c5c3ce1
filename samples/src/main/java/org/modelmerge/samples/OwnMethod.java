package org.modelmerge.samples;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.modelmerge.checkpoint.OutputTransaction;
import org.modelmerge.engine.MergeJob;
import org.modelmerge.engine.MergeObserver;
import org.modelmerge.engine.MergeRequest;
import org.modelmerge.error.MergeException;
import org.modelmerge.kernel.Kernels;
import org.modelmerge.method.Density;
import org.modelmerge.method.MergeMethod;
import org.modelmerge.method.Scan;
import org.modelmerge.method.Slice;

/// Merges with a method that is not part of the library.
///
/// Arguments: FOLDER BASE EXPERT...
public final class OwnMethod {
    private OwnMethod() {}

    public static void main(String[] args) throws MergeException {
        List<Path> models = Arrays.stream(args).skip(1).map(Path::of).toList();
        merge(
                new ClippedAverage(Density.percent(99), 1),
                models.getFirst(),
                models.subList(1, models.size()),
                Path.of(args[0]),
                System.out);
    }

    static void merge(MergeMethod method, Path base, List<Path> experts, Path folder, PrintStream out)
            throws MergeException {
        MergeRequest request = MergeRequest.of(method, base, experts);
        try (MergeJob job = MergeJob.open(request);
                OutputTransaction output = OutputTransaction.begin(request.storage(), false)) {
            job.run(output.stageFolder(folder), MergeObserver.NONE);
            output.publish();
            out.println(method.name() + " " + method.parameters() + ": wrote " + folder);
        }
    }

    /// The mean of the task vectors after the largest changes of each were clipped, so that a few of them do not drown
    /// the other tasks.
    ///
    /// ```
    /// t_i = the value of rank [D*density] among |tau_i|, at most the largest
    /// c_i = tau_i clipped to [-t_i, t_i]
    /// out = theta_0 + lambda/n * (c_1 + ... + c_n)
    /// ```
    ///
    /// @param density share of elements per task that are not clipped, in (0, 1]
    /// @param lambda factor of the mean, no unit
    public record ClippedAverage(Density density, float lambda) implements MergeMethod {
        private static final String LIMITS = "limits";

        @Override
        public Step prepare(Scan scan) throws MergeException {
            long rank = Math.min((long) (scan.size() * density.fraction()), scan.size() - 1);
            float[][] limit = scan.ranks(LIMITS, Slice::magnitude, rank);
            return slice -> {
                float[] sum = slice.zeros();
                for (int i = 0; i < slice.taskCount(); i++) {
                    addClipped(slice.tau()[i], limit[i][0], sum);
                }
                Kernels.addScaled(slice.base(), lambda / slice.taskCount(), sum, slice.out());
            };
        }

        private static void addClipped(float[] tau, float limit, float[] sum) {
            for (int j = 0; j < sum.length; j++) {
                sum[j] += Math.clamp(tau[j], -limit, limit);
            }
        }

        @Override
        public String name() {
            return "clipped-average";
        }

        @Override
        public Map<String, Object> parameters() {
            Map<String, Object> parameters = new LinkedHashMap<>();
            parameters.put("density", density.fraction());
            parameters.put("lambda", lambda);
            return parameters;
        }

        @Override
        public List<PassDescription> passes() {
            List<PassDescription> passes = new ArrayList<>(PassDescription.ofRanks(LIMITS));
            passes.add(PassDescription.of("emit"));
            return passes;
        }
    }
}
