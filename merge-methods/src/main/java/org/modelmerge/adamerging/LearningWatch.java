package org.modelmerge.adamerging;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.modelmerge.adamerging.GradientOracle.TaskLoss;

/// Watches the predicted classes, because entropy alone cannot tell a good model from a collapsed one: a model that
/// always gives the same answer is sure of it.
///
/// ```
/// H_t     = entropy of the classes that a window of steps predicted for task t
/// I_t     = H_t - mean entropy of the window's predictions        in nats
/// score   = mean over t of I_t / ln(classes of t)                 the larger the better
/// ```
///
/// The score is the mutual information of input and predicted class, as far as the window tells: it is large when
/// single answers are sure and answers differ from input to input. It needs no labels. A task has collapsed when
/// its H_t is less than a quarter of the largest that an earlier window, or the first step, has shown.
///
/// Source of the criterion: Krause, Gomes and Perona, "Discriminative clustering by regularized information
/// maximization", 2010, without their regulariser.
public final class LearningWatch {
    /// Steps of a window: enough samples for a histogram, few enough that a collapse is seen early.
    public static final int WINDOW = 10;

    private static final double COLLAPSED = 0.25;

    private final List<Window> windows;
    private final double[] largest;
    private long[][] predicted;
    private double[] entropy;
    private int seen;

    /// A watch that has seen nothing.
    public LearningWatch(int tasks) {
        this(List.of(), new double[tasks]);
    }

    /// A watch that goes on where another was at the end of a window.
    ///
    /// @param windows all windows so far
    /// @param largest the largest H_t so far
    public LearningWatch(List<Window> windows, double[] largest) {
        this.windows = new ArrayList<>(windows);
        this.largest = largest.clone();
        this.predicted = new long[largest.length][0];
        this.entropy = new double[largest.length];
    }

    /// What a window of steps has shown.
    ///
    /// @param step steps that were made at its end
    /// @param score the criterion
    /// @param diversity H_t of each task, in nats
    /// @param collapsed the first task that has collapsed, or -1
    public record Window(int step, double score, double[] diversity, int collapsed) {}

    /// Takes the losses of a step.
    ///
    /// @param step steps that were made, this one included
    /// @return the window that ends with it, or null inside a window
    public @Nullable Window add(int step, List<TaskLoss> losses) {
        boolean isFirst = windows.isEmpty() && seen == 0;
        for (int t = 0; t < entropy.length; t++) {
            long[] counts = losses.get(t).predicted();
            if (seen == 0) {
                predicted[t] = new long[counts.length];
                entropy[t] = 0;
            }
            for (int c = 0; c < counts.length; c++) {
                predicted[t][c] += counts[c];
            }
            entropy[t] += losses.get(t).entropy();
            if (isFirst) {
                largest[t] = entropyOf(counts);
            }
        }
        seen++;
        if (seen < WINDOW) {
            return null;
        }
        Window window = close(step);
        windows.add(window);
        seen = 0;
        return window;
    }

    private Window close(int step) {
        double score = 0;
        double[] diversity = new double[entropy.length];
        int collapsed = -1;
        for (int t = 0; t < diversity.length; t++) {
            diversity[t] = entropyOf(predicted[t]);
            score += (diversity[t] - entropy[t] / seen) / StrictMath.log(Math.max(2, predicted[t].length));
            if (collapsed < 0 && diversity[t] < COLLAPSED * largest[t]) {
                collapsed = t;
            }
            largest[t] = Math.max(largest[t], diversity[t]);
        }
        return new Window(step, score / diversity.length, diversity, collapsed);
    }

    private static double entropyOf(long[] counts) {
        long total = 0;
        for (long count : counts) {
            total += count;
        }
        double sum = 0;
        for (long count : counts) {
            if (count > 0) {
                double share = (double) count / total;
                sum -= share * StrictMath.log(share);
            }
        }
        return sum;
    }

    /// All windows so far.
    public List<Window> windows() {
        return List.copyOf(windows);
    }

    /// The largest H_t so far.
    public double[] largestDiversity() {
        return largest.clone();
    }

    /// The window with the best score, the first of several; null before the first window without a collapse.
    public @Nullable Window best() {
        Window best = null;
        for (Window window : windows) {
            if (window.collapsed() < 0 && (best == null || window.score() > best.score())) {
                best = window;
            }
        }
        return best;
    }
}
