package org.modelmerge.cli;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.evaluation.Gates;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// What models must reach for exit code 0.
@Command(optionListHeading = "Gates (exit code 6 if missed)")
final class GateOptions {
    private static final String POINT = "point";
    private static final List<String> BOUNDS = List.of(POINT, "lower-bound");

    @Option(names = "--min-average", paramLabel = "X", description = "least average accuracy (0..1), or least score")
    @Nullable
    String minAverage;

    @Option(
            names = "--max-drop",
            paramLabel = "X",
            description = "largest drop of any one task against --baseline, absolute (0..1), or of the score")
    @Nullable
    String maxDrop;

    @Option(
            names = "--gate-on",
            paramLabel = "point|lower-bound",
            description =
                    "hold the values, or the lower ends of their intervals, against the gates " + "(default: point)")
    String gateOn = POINT;

    /// The gates that were asked for.
    ///
    /// @param hasBaseline whether drops have something to be measured against
    /// @param scored whether values are scores, which have no intervals
    Gates gates(boolean hasBaseline, boolean scored) throws MergeException {
        boolean lowerBound = !Words.choice("--gate-on", gateOn, BOUNDS).equals(POINT);
        if (maxDrop != null && !hasBaseline) {
            throw MergeException.of(ErrorCode.USAGE, "--max-drop needs --baseline MODEL");
        }
        if (lowerBound && scored) {
            throw Words.usage("--gate-on", "got lower-bound, but a score has no interval, expected " + POINT);
        }
        double limit = scored ? Double.MAX_VALUE : 1;
        return new Gates(
                minAverage == null ? null : Words.number("--min-average", minAverage, scored ? -limit : 0, limit),
                maxDrop == null ? null : Words.number("--max-drop", maxDrop, 0, limit),
                lowerBound);
    }
}
