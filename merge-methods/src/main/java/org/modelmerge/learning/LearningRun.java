package org.modelmerge.learning;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.modelmerge.adamerging.CoefficientTable;
import org.modelmerge.adamerging.CoefficientTrainer;
import org.modelmerge.adamerging.GradientOracle;
import org.modelmerge.adamerging.GradientOracle.TaskLoss;
import org.modelmerge.adamerging.Granularity;
import org.modelmerge.adamerging.LearningSettings;
import org.modelmerge.adamerging.LearningTrace;
import org.modelmerge.adamerging.LearningTrace.End;
import org.modelmerge.adamerging.LearningWatch;
import org.modelmerge.adamerging.LearningWatch.Window;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.error.Printable;

/// The loop of one learning run, and all that it carries from step to step.
final class LearningRun {
    private final LearningSettings settings;
    private final List<String> tasks;
    private final Map<String, Integer> rows;
    private final int learnedTensors;
    private final List<String> warnings;
    private final CoefficientTrainer trainer;
    private final LearningWatch watch;
    private final List<LearningTrace.Step> steps;
    private double[] windowStart;
    private double[] best;
    private int done;

    /// @param rows the row of each merged tensor
    /// @param learnedTensors how many of them the loss depends on
    /// @param state where to go on, null to begin
    LearningRun(
            LearningSettings settings,
            List<String> tasks,
            Map<String, Integer> rows,
            int learnedTensors,
            List<String> warnings,
            @Nullable LearningState state) {
        this.settings = settings;
        this.tasks = tasks;
        this.rows = rows;
        this.learnedTensors = learnedTensors;
        this.warnings = warnings;
        this.trainer = state == null
                ? new CoefficientTrainer(settings, rowCount(settings, rows), tasks.size())
                : CoefficientTrainer.resume(settings, tasks.size(), state.trainer());
        this.watch = state == null
                ? new LearningWatch(tasks.size())
                : new LearningWatch(state.windows(), state.largestDiversity());
        this.steps = new ArrayList<>(state == null ? List.of() : state.steps());
        this.windowStart = trainer.raw();
        this.best = state == null ? trainer.raw() : state.best();
        this.done = state == null ? 0 : state.trainer().step();
    }

    /// The rows of a table of coefficients.
    static int rowCount(LearningSettings settings, Map<String, Integer> rows) {
        return settings.granularity() == Granularity.TASK ? 1 : rows.size();
    }

    /// Makes all steps that are left.
    ///
    /// @param weights room for the merged weights
    /// @param gradients room for their gradient
    LearnedCoefficients learn(
            TaskVectors vectors,
            Map<String, MemorySegment> weights,
            Map<String, MemorySegment> gradients,
            GradientOracle oracle,
            LearningObserver observer,
            LearningStates.@Nullable Slot slot)
            throws MergeException {
        observer.started(done, settings.steps());
        End end = end();
        while (end == End.ALL_STEPS && done < settings.steps()) {
            if (observer.isCancelled()) {
                throw MergeException.of(ErrorCode.CANCELLED, "cancelled");
            }
            vectors.merge(trainer, weights);
            gradients.values().forEach(gradient -> gradient.fill((byte) 0));
            List<TaskLoss> losses = oracle.gradients(weights, done, gradients);
            requireFinite(losses);
            trainer.step(vectors.project(gradients, rowCount(settings, rows)));
            done++;
            steps.add(step(losses));
            observer.stepped(done, steps.getLast());
            if (close(losses) && slot != null) {
                slot.save(new LearningState(
                        trainer.snapshot(done), best, steps, watch.windows(), watch.largestDiversity()));
            }
            end = end();
        }
        return result(end);
    }

    /// Hands a step to the watch. The coefficients of a window are those that it began with: where learning is too
    /// fast, those that it ended with may be past all good.
    ///
    /// @return whether a window ends with it
    private boolean close(List<TaskLoss> losses) {
        Window window = watch.add(done, losses);
        if (window != null && window.equals(watch.best())) {
            best = windowStart;
        }
        if (window != null) {
            windowStart = trainer.raw();
        }
        return window != null;
    }

    private void requireFinite(List<TaskLoss> losses) throws MergeException {
        if (losses.size() != tasks.size()) {
            throw new IllegalStateException(
                    "the oracle gave " + losses.size() + " losses for " + tasks.size() + " tasks");
        }
        for (int t = 0; t < tasks.size(); t++) {
            if (!Double.isFinite(losses.get(t).loss())) {
                throw MergeException.of(
                                ErrorCode.NON_FINITE,
                                "step " + done + ", task " + Printable.text(tasks.get(t)) + ": the loss is not finite"
                                        + " (got " + losses.get(t).loss() + ", expected a number)")
                        .withHint("a smaller --learning-rate keeps the merged weights in range");
            }
        }
    }

    private LearningTrace.Step step(List<TaskLoss> losses) {
        int n = tasks.size();
        double[] lambda = trainer.effective(trainer.raw());
        double[] mean = new double[n];
        double[] low = new double[n];
        double[] high = new double[n];
        Arrays.fill(low, Double.POSITIVE_INFINITY);
        Arrays.fill(high, Double.NEGATIVE_INFINITY);
        for (int k = 0; k < lambda.length; k++) {
            mean[k % n] += lambda[k];
            low[k % n] = Math.min(low[k % n], lambda[k]);
            high[k % n] = Math.max(high[k % n], lambda[k]);
        }
        for (int i = 0; i < n; i++) {
            mean[i] /= (double) lambda.length / n;
        }
        return new LearningTrace.Step(
                losses.stream().mapToDouble(TaskLoss::entropy).toArray(), mean, low, high);
    }

    /// Whether learning ends before its last step; [End#ALL_STEPS] if it does not.
    private End end() {
        List<Window> windows = watch.windows();
        if (windows.isEmpty()) {
            return End.ALL_STEPS;
        }
        Window last = windows.getLast();
        if (last.collapsed() >= 0) {
            return End.COLLAPSE;
        }
        int waited = last.step() - bestStep();
        return settings.patience() > 0 && waited >= settings.patience() ? End.PATIENCE : End.ALL_STEPS;
    }

    private int bestStep() {
        Window window = watch.best();
        return window == null ? 0 : window.step();
    }

    private LearnedCoefficients result(End end) {
        boolean usesLast = end == End.ALL_STEPS;
        int used = usesLast ? done : Math.max(0, bestStep() - LearningWatch.WINDOW);
        if (end == End.COLLAPSE) {
            Window last = watch.windows().getLast();
            warnings.add("learning stopped after " + done + " of " + settings.steps() + " steps: task "
                    + Printable.text(tasks.get(last.collapsed()))
                    + " collapsed to few classes; the coefficients are those after step " + used);
        }
        LearningTrace trace = new LearningTrace(
                settings, tasks, steps, watch.windows(), end, used, learnedTensors, rows.size() - learnedTensors);
        return new LearnedCoefficients(table(usesLast ? trainer.raw() : best), trace, warnings);
    }

    private CoefficientTable table(double[] raw) {
        double[] lambda = trainer.effective(raw);
        Map<String, List<Float>> table = new LinkedHashMap<>();
        if (settings.granularity() == Granularity.TASK) {
            table.put(CoefficientTable.ALL, row(lambda, 0));
        } else {
            rows.forEach((tensor, row) -> table.put(tensor, row(lambda, row)));
        }
        return new CoefficientTable(settings.granularity(), tasks, table, true);
    }

    private List<Float> row(double[] lambda, int row) {
        List<Float> values = new ArrayList<>();
        for (int i = 0; i < tasks.size(); i++) {
            values.add((float) lambda[row * tasks.size() + i]);
        }
        return values;
    }
}
