package org.modelmerge.cli;

import org.jspecify.annotations.Nullable;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.method.Coefficients;
import org.modelmerge.twin.RoutingWeights;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// How much of each exclusive expert enters.
@Command(optionListHeading = "Weights")
final class ComposeOptions {
    @Option(names = "--weights", paramLabel = "W1,W2,...", description = "one weight per task, taken as given")
    @Nullable
    String weights;

    @Option(names = "--logits", paramLabel = "L1,L2,...", description = "one logit per task; softmax gives the weights")
    @Nullable
    String logits;

    @Option(
            names = "--task",
            paramLabel = "NAME",
            description = "whose biases are taken, where the folder was extracted with --biases oracle")
    @Nullable
    String task;

    /// The weights, one per task.
    float[] given() throws MergeException {
        String text = weights != null ? weights : logits;
        if (text == null || (weights != null && logits != null)) {
            throw MergeException.of(
                    ErrorCode.USAGE,
                    text == null ? "give --weights or --logits" : "--weights and --logits exclude each other");
        }
        String[] parts = text.split(",", -1);
        float[] numbers = new float[parts.length];
        for (int i = 0; i < parts.length; i++) {
            numbers[i] = Coefficients.number(parts[i], weights != null ? "--weights" : "--logits");
        }
        return weights != null ? numbers : RoutingWeights.softmax(numbers);
    }
}
