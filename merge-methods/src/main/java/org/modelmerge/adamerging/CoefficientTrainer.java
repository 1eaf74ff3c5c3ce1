package org.modelmerge.adamerging;

import java.util.Arrays;

/// Coefficients under training: Lambda before the clamp, and the optimiser.
///
/// ```
/// lambda[l,i]       = clamp(Lambda[l,i], 0, 1)
/// dL/dLambda[l,i]   = dL/dlambda[l,i] where 0 <= Lambda[l,i] <= 1, else 0
/// Lambda            = Adam(Lambda, dL/dLambda)
/// ```
///
/// A coefficient that has left [0, 1] drifts on the optimiser's momentum and then stays, as in the authors' code.
public final class CoefficientTrainer {
    private final int tasks;
    private final boolean clamped;
    private final double[] raw;
    private final Adam adam;

    /// All coefficients at their first value.
    public CoefficientTrainer(LearningSettings settings, int rows, int tasks) {
        this.tasks = tasks;
        this.clamped = settings.clamped();
        this.raw = new double[Math.multiplyExact(rows, tasks)];
        Arrays.fill(raw, settings.init());
        this.adam = new Adam(settings.learningRate(), raw.length);
    }

    private CoefficientTrainer(LearningSettings settings, int tasks, Snapshot snapshot) {
        this.tasks = tasks;
        this.clamped = settings.clamped();
        this.raw = snapshot.raw().clone();
        this.adam = new Adam(
                settings.learningRate(),
                snapshot.firstMoments().clone(),
                snapshot.secondMoments().clone(),
                snapshot.step());
    }

    /// A trainer that goes on where another was.
    public static CoefficientTrainer resume(LearningSettings settings, int tasks, Snapshot snapshot) {
        return new CoefficientTrainer(settings, tasks, snapshot);
    }

    /// Everything that the next steps depend on; rows one after the other.
    ///
    /// @param step steps that were made
    /// @param raw Lambda before the clamp
    /// @param firstMoments of Adam
    /// @param secondMoments of Adam
    public record Snapshot(int step, double[] raw, double[] firstMoments, double[] secondMoments) {}

    /// The state after `step` steps.
    public Snapshot snapshot(int step) {
        return new Snapshot(step, raw.clone(), adam.firstMoments(), adam.secondMoments());
    }

    /// lambda[row, task], as a merge applies it.
    public float lambda(int row, int task) {
        return (float) effective(raw[row * tasks + task]);
    }

    /// Lambda before the clamp, rows one after the other.
    public double[] raw() {
        return raw.clone();
    }

    /// lambda for values before the clamp.
    ///
    /// @param values rows one after the other
    public double[] effective(double[] values) {
        return Arrays.stream(values).map(this::effective).toArray();
    }

    private double effective(double value) {
        return clamped ? Math.clamp(value, 0.0, 1.0) : value;
    }

    /// One step of the optimiser.
    ///
    /// @param gradient dL/dlambda, rows one after the other
    public void step(double[] gradient) {
        double[] ofRaw = gradient.clone();
        for (int k = 0; k < raw.length; k++) {
            if (clamped && !(raw[k] >= 0 && raw[k] <= 1)) {
                ofRaw[k] = 0;
            }
        }
        adam.step(raw, ofRaw);
    }
}
