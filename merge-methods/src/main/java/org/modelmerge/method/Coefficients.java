package org.modelmerge.method;

import java.util.Collections;
import java.util.List;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.error.Printable;

/// The merging coefficient lambda: one for all tasks, or one per task.
public sealed interface Coefficients {
    /// One number for all tasks.
    record Shared(float lambda) implements Coefficients {
        @Override
        public Object value() {
            return lambda;
        }
    }

    /// One number per task, in task order.
    record PerTask(List<Float> lambdas) implements Coefficients {
        public PerTask {
            lambdas = List.copyOf(lambdas);
        }

        @Override
        public Object value() {
            return lambdas;
        }
    }

    /// One number for all tasks.
    static Coefficients shared(float lambda) {
        return new Shared(lambda);
    }

    /// One number per task.
    static Coefficients perTask(float... lambdas) {
        Float[] boxed = new Float[lambdas.length];
        for (int i = 0; i < boxed.length; i++) {
            boxed[i] = lambdas[i];
        }
        return new PerTask(List.of(boxed));
    }

    /// Reads `0.3` or `0.3,0.5`. As in the official code, each is a double that is rounded to float32 where it
    /// multiplies.
    ///
    /// @throws MergeException `USAGE`
    static Coefficients parse(String text) throws MergeException {
        String[] parts = text.split(",", -1);
        float[] lambdas = new float[parts.length];
        for (int i = 0; i < parts.length; i++) {
            lambdas[i] = number(parts[i], "lambda");
        }
        return lambdas.length == 1 ? shared(lambdas[0]) : perTask(lambdas);
    }

    /// Reads one finite number as float32.
    ///
    /// @param option named in the message
    /// @throws MergeException `USAGE`
    static float number(String text, String option) throws MergeException {
        String digits = text.strip();
        float value = Float.NaN;
        if (digits.matches("[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d{1,3})?")) {
            value = (float) Double.parseDouble(digits);
        }
        if (!Float.isFinite(value)) {
            throw MergeException.of(
                    ErrorCode.USAGE, "bad " + option + " (got " + Printable.text(text) + ", expected a finite number)");
        }
        return value;
    }

    /// The number, or the list of numbers.
    Object value();

    /// The coefficient of a task.
    default float of(int task) {
        return switch (this) {
            case Shared(float lambda) -> lambda;
            case PerTask(List<Float> lambdas) -> lambdas.get(task);
        };
    }

    /// As many coefficients, each 1.
    default Coefficients ones() {
        return switch (this) {
            case Shared _ -> new Shared(1);
            case PerTask(List<Float> lambdas) -> new PerTask(Collections.nCopies(lambdas.size(), 1f));
        };
    }

    /// Checks the length of a list.
    ///
    /// @throws MergeException `USAGE`
    default void checkCount(int taskCount) throws MergeException {
        if (this instanceof PerTask(List<Float> lambdas) && lambdas.size() != taskCount) {
            throw MergeException.of(
                    ErrorCode.USAGE,
                    "--lambda has the wrong length (got " + lambdas.size() + " numbers, expected 1 or " + taskCount
                            + ")");
        }
    }
}
