package org.modelmerge.learning;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.modelmerge.adamerging.AdaMerging;
import org.modelmerge.adamerging.CoefficientTable;
import org.modelmerge.adamerging.GradientOracle;
import org.modelmerge.adamerging.Granularity;
import org.modelmerge.adamerging.LearningSettings;
import org.modelmerge.checkpoint.Checkpoint;
import org.modelmerge.engine.MergeJob;
import org.modelmerge.engine.MergeObserver;
import org.modelmerge.engine.MergePlan.PlannedTensor;
import org.modelmerge.engine.MergeRequest;
import org.modelmerge.engine.MergeRequest.Limits;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.error.Printable;
import org.modelmerge.method.SignElection;

/// Learns the coefficients of AdaMerging from unlabelled samples.
///
/// ```
/// each step:
///     theta(lambda)   = theta_0 + sum_i lambda[l,i] * tau_i         one pass over the task vectors
///     L, dL/dtheta    = the oracle's, at theta(lambda)
///     dL/dlambda[l,i] = <dL/dtheta_l, tau_i,l>                      one pass over the task vectors
///     Lambda          = Adam(Lambda, dL/dLambda)
/// ```
///
/// The merged weights are leaves of the oracle's graph and the task vectors never enter it, so memory is that of one
/// model with its gradient, however many tasks there are. The chain rule is exact: these are the gradients of the
/// official form, which builds the merge inside the graph.
///
/// Source: Yang et al., "AdaMerging", 2024, arXiv:2310.02575; code EnnengYang/AdaMerging at cea1165.
public final class CoefficientLearning {
    /// The gradient is read in place by vector units of 64 bytes.
    private static final int ALIGNMENT = 64;

    private final MergeRequest models;
    private final LearningSettings settings;
    private final @Nullable LearningStates states;

    /// @param models what to merge; its method plays no part
    public CoefficientLearning(MergeRequest models, LearningSettings settings) {
        this(models, settings, null);
    }

    /// @param states where the state is kept and found, null for nowhere
    public CoefficientLearning(MergeRequest models, LearningSettings settings, @Nullable LearningStates states) {
        this.settings = settings;
        this.states = states;
        this.models = models.withMethod(
                new AdaMerging(start(settings, models.experts().size()), null));
    }

    /// The coefficients before the first step, one row for all tensors.
    public static CoefficientTable start(LearningSettings settings, int tasks) {
        return new CoefficientTable(
                Granularity.TASK,
                List.of(),
                Map.of(CoefficientTable.ALL, Collections.nCopies(tasks, (float) settings.init())),
                true);
    }

    /// Learns.
    ///
    /// @throws MergeException if the models cannot be read or merged, the state belongs to another run, a loss is
    ///     not finite, or whatever the oracle throws
    public LearnedCoefficients learn(GradientOracle oracle, LearningObserver observer) throws MergeException {
        try (MergeJob job = MergeJob.open(models)) {
            List<PlannedTensor> merged = job.plan().tensors().stream()
                    .filter(PlannedTensor::isMerged)
                    .toList();
            List<PlannedTensor> learned = merged.stream()
                    .filter(tensor -> oracle.tensors().contains(tensor.name()))
                    .toList();
            if (learned.isEmpty()) {
                throw nothingToLearn(merged.size(), oracle.tensors().size());
            }
            List<String> warnings = new ArrayList<>();
            SignElection election = settings.plusPlus() == null
                    ? null
                    : SignElection.overModel(job.scan(MergeObserver.NONE, warnings::add), settings.plusPlus());
            Map<String, Integer> rows = TaskVectors.rows(merged, settings.granularity());
            LearningStates.Slot slot = states == null ? null : states.slot(fingerprint(job, learned, oracle));
            int tasks = models.experts().size();
            LearningState state = slot == null
                    ? null
                    : slot.load(LearningRun.rowCount(settings, rows) * tasks, tasks, settings.steps());
            LearningRun run = new LearningRun(settings, job.plan().tasks(), rows, learned.size(), warnings, state);
            try (Arena arena = Arena.ofShared();
                    TaskVectors vectors =
                            TaskVectors.of(job, learned, rows, election, isCached(learned), threads(models.limits()))) {
                LearnedCoefficients coefficients =
                        run.learn(vectors, segments(arena, learned), segments(arena, learned), oracle, observer, slot);
                for (Checkpoint model : job.inputs()) {
                    model.checkUnchanged();
                }
                return coefficients;
            }
        }
    }

    private String fingerprint(MergeJob job, List<PlannedTensor> learned, GradientOracle oracle) throws MergeException {
        return Fingerprint.of(
                job, settings, learned.stream().map(PlannedTensor::name).toList(), oracle.fingerprint());
    }

    private MergeException nothingToLearn(int merged, int needed) {
        return MergeException.of(
                        ErrorCode.MISMATCH,
                        "the loss depends on none of the merged tensors (got " + merged
                                + " merged tensors, expected some of the " + needed + " that the network has)")
                .inFile(Printable.text(models.base().toString()));
    }

    private static int threads(Limits limits) {
        return limits.threads() > 0 ? limits.threads() : Runtime.getRuntime().availableProcessors();
    }

    /// Whether base and task vectors stay in memory beside weights and gradients: only where a memory limit leaves
    /// room for them, and in half of the heap. Files that the system has in its cache are read as fast, and without
    /// a limit memory must not grow with the number of tasks.
    private boolean isCached(List<PlannedTensor> learned) {
        long model = Float.BYTES
                * learned.stream()
                        .mapToLong(tensor -> tensor.shape().elementCount())
                        .sum();
        long vectors = (models.experts().size() + 1L) * model;
        long limit = models.limits().memoryBytes();
        return vectors <= Runtime.getRuntime().maxMemory() / 2 && vectors + 2 * model <= limit;
    }

    private static Map<String, MemorySegment> segments(Arena arena, List<PlannedTensor> tensors) {
        Map<String, MemorySegment> segments = new LinkedHashMap<>();
        for (PlannedTensor tensor : tensors) {
            segments.put(
                    tensor.name(),
                    arena.allocate(Math.multiplyExact(tensor.shape().elementCount(), Float.BYTES), ALIGNMENT));
        }
        return segments;
    }
}
