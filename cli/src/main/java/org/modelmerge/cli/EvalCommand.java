package org.modelmerge.cli;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `merge eval`.
@CommandLine.Command(
        description = {
            "Tells what models are worth: accuracy per task with intervals, and differences on the same test items",
            "against a baseline, the individual experts and one another."
        },
        customSynopsis = "merge eval (--tasks FILE | --score 'COMMAND {}') [options] MODEL...")
final class EvalCommand implements Command {
    @Mixin
    Questions questions = new Questions();

    @Mixin
    GateOptions gates = new GateOptions();

    @Mixin
    Outputs outputs = new Outputs();

    @Mixin
    NetworkOptions networks = new NetworkOptions();

    @Mixin
    CommonOptions common = new CommonOptions();

    @Parameters(arity = "0..*", paramLabel = "MODEL")
    List<String> operands = new ArrayList<>();

    /// What models are asked, and what they are held against.
    @CommandLine.Command(optionListHeading = "Evaluation")
    static final class Questions {
        @Option(names = "--tasks", paramLabel = "FILE", description = "the task file: network, test data, heads")
        @Nullable
        String tasks;

        @Option(
                names = "--score",
                paramLabel = "'COMMAND {}'",
                description = "instead of tasks: run a command per model, {} being its path; "
                        + "the last line it prints is the number, larger is better")
        @Nullable
        String score;

        @Option(names = "--baseline", paramLabel = "MODEL", description = "what to compare with, such as the base")
        @Nullable
        String baseline;

        @Option(
                names = "--individual",
                paramLabel = "TASK=MODEL",
                description = "a task's own expert, for normalised accuracy; repeatable")
        List<String> individual = new ArrayList<>();

        @Option(
                names = "--predictions",
                paramLabel = "MODEL=FILE",
                description = "take a model's answers from a file of --save-predictions; repeatable")
        List<String> predictions = new ArrayList<>();

        @Option(
                names = "--routing",
                paramLabel = "learned,oracle,none",
                description = "of Twin folders, a column each: what the router says, the true task's expert, the "
                        + "shared expert alone (default: learned)")
        String routing = "learned";

        @Option(
                names = "--group-radius",
                paramLabel = "X",
                description = "learned routing in groups: items whose shares differ by at most this total variation "
                        + "share one composed model (default: 0, each item by itself)")
        String groupRadius = "0";

        @Option(
                names = "--seed",
                paramLabel = "N",
                description = "for the random numbers of the averages' intervals (default: 0)")
        String seed = "0";
    }

    /// What is written.
    @CommandLine.Command(optionListHeading = "Output")
    static final class Outputs {
        @Option(names = "--report", paramLabel = "PREFIX", description = "write PREFIX.html and PREFIX.json")
        @Nullable
        String report;

        @Option(names = "--save-predictions", paramLabel = "FILE", description = "write all answers, as JSON")
        @Nullable
        String predictions;

        @Option(
                names = {"-f", "--force"},
                description = "replace existing files, atomically")
        boolean force;
    }

    @Override
    public CommonOptions common() {
        return common;
    }

    @Override
    public List<HelpText.Line> operands() {
        return List.of(new HelpText.Line(
                "MODEL", "a .safetensors file, a folder with a model, an index file, or a Twin folder"));
    }

    @Override
    public List<String> examples() {
        return List.of(
                "merge eval --tasks tasks.yaml --baseline base/ --max-drop 0.02 merged/",
                "merge eval --score 'python3 harness.py --model {}' --min-average 0.6 merged/");
    }

    @Override
    public List<Integer> exitCodes() {
        return List.of(0, 1, 2, 3, 4, 5, 6, 130);
    }

    @Override
    public int run(Talk talk) throws MergeException {
        if (operands.isEmpty()) {
            throw MergeException.of(ErrorCode.USAGE, "got no model, expected MODEL...")
                    .withHint("merge eval --tasks FILE MODEL...");
        }
        if (questions.score != null) {
            refuseWithScore("--tasks", questions.tasks != null);
            refuseWithScore("--individual", !questions.individual.isEmpty());
            refuseWithScore("--predictions", !questions.predictions.isEmpty());
            refuseWithScore("--save-predictions", outputs.predictions != null);
            refuseWithScore("--threads", networks.threads != null);
            refuseWithScore("--batch-size", networks.batchSize != null);
        } else if (questions.tasks == null && questions.predictions.isEmpty()) {
            throw MergeException.of(ErrorCode.USAGE, "nothing to evaluate by")
                    .withHint("pass --tasks FILE, or --score 'COMMAND {}'");
        }
        return new EvalWork(talk, this).run();
    }

    private static void refuseWithScore(String option, boolean given) throws MergeException {
        if (given) {
            throw MergeException.of(ErrorCode.USAGE, "--score and " + option + " exclude each other");
        }
    }
}
