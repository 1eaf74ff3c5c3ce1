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

/// `merge search`.
@CommandLine.Command(
        description = {
            "Chooses lambda, one for all tasks or one per task, and density by score: on a grid, or by CMA-ES.",
            "Prints the best setting, and merges with it if -o is given."
        },
        customSynopsis = "merge search --method METHOD (--tasks FILE | --score 'COMMAND {}') [options] BASE EXPERT...")
final class SearchCommand implements MergingCommand {
    @Option(names = "--method", paramLabel = "METHOD", description = "task-arithmetic, ties or pcb")
    @Nullable
    String methodName;

    @Mixin
    Space space = new Space();

    @Mixin
    Scoring scoring = new Scoring();

    @Mixin
    ScopeOptions scope = new ScopeOptions();

    @Mixin
    Outputs outputs = new Outputs();

    @Mixin
    MachineOptions machine = new MachineOptions();

    @Mixin
    CommonOptions common = new CommonOptions();

    @Parameters(arity = "0..*", paramLabel = "BASE EXPERT")
    List<String> operands = new ArrayList<>();

    private final MethodOptions method = new MethodOptions();

    /// Which settings are tried.
    @CommandLine.Command(optionListHeading = "Search (values given for the method are where CMA-ES begins)")
    static final class Space {
        @Option(
                names = "--grid",
                paramLabel = "OPTION=FIRST:LAST:STEP",
                description = "try all values, ends included, or OPTION=A,B,...; repeat for another option")
        List<String> grid = new ArrayList<>();

        @Option(
                names = "--over",
                paramLabel = "lambda|lambdas|density",
                description = "what CMA-ES searches, with commas; lambdas: one per task "
                        + "(default: lambdas; lambda for ties)")
        @Nullable
        String over;

        @Option(
                names = "--box",
                paramLabel = "OPTION=LOW:HIGH",
                description = "bounds of CMA-ES (default: density=0.01:1; lambda=0:1 for task-arithmetic, "
                        + "0.5:3 for ties, 0.8:1.3 for pcb); repeatable")
        List<String> box = new ArrayList<>();

        @Option(names = "--budget", paramLabel = "N", description = "settings that CMA-ES tries (default: 100)")
        @Nullable
        String budget;

        @Option(names = "--seed", paramLabel = "N", description = "for everything random (default: 0)")
        String seed = "0";

        @Option(
                names = "--state",
                paramLabel = "DIR",
                description = "log every trial here, and go on from it (default: keep nothing)")
        @Nullable
        String state;
    }

    /// What a setting is worth.
    @CommandLine.Command(optionListHeading = "Score")
    static final class Scoring {
        @Option(
                names = "--tasks",
                paramLabel = "FILE",
                description = "task file, one task per expert: the mean accuracy on its validation data, without "
                        + "a file per setting")
        @Nullable
        String tasks;

        @Option(names = "--tune-on-test", description = "score by the test data of the task file")
        boolean tuneOnTest;

        @Option(
                names = "--score",
                paramLabel = "'COMMAND {}'",
                description = "run a command per merged model, {} being its path; the last line it prints is the "
                        + "number, larger is better")
        @Nullable
        String score;
    }

    /// What is written.
    @CommandLine.Command(optionListHeading = "Output")
    static final class Outputs {
        @Option(
                names = {"-o", "--output"},
                paramLabel = "PATH",
                description = "merge with the best setting; ends in .safetensors: one file; else a folder")
        @Nullable
        String output;

        @Option(
                names = {"-f", "--force"},
                description = "replace existing outputs and reports, atomically")
        boolean force;

        @Option(
                names = "--dtype",
                paramLabel = "base|f32|f16|bf16|f64",
                description = "dtype of merged tensors (default: base)")
        @Nullable
        String dtype;

        @Option(
                names = "--report",
                paramLabel = "PREFIX",
                description = "write the search to PREFIX.html and PREFIX.json")
        @Nullable
        String report;
    }

    @Override
    public CommonOptions common() {
        return common;
    }

    @Override
    public MethodOptions method() {
        return method;
    }

    @Override
    public List<HelpText.Line> operands() {
        return Operands.HELP;
    }

    @Override
    public List<String> examples() {
        return List.of(
                "merge search --method ties --grid lambda=0.8:2.5:0.1 --tasks tasks.yaml base/ a/ b/",
                "merge search --method pcb --budget 100 --score 'python3 eval.py {}' --state s -o best/ base/ a/ b/");
    }

    @Override
    public int run(Talk talk) throws MergeException {
        if (methodName == null) {
            throw MergeException.of(ErrorCode.USAGE, "no --method given").withHint(SearchSpace.searchableMethods());
        }
        if ((scoring.tasks == null) == (scoring.score == null)) {
            throw MergeException.of(
                            ErrorCode.USAGE,
                            scoring.tasks == null ? "nothing to score by" : "--score and --tasks exclude each other")
                    .withHint("pass --tasks FILE, or --score 'COMMAND {}'");
        }
        if (scoring.tuneOnTest && scoring.tasks == null) {
            throw MergeException.of(ErrorCode.USAGE, "--tune-on-test without --tasks");
        }
        Operands models = Operands.of(talk.console(), operands, "merge search --method METHOD ... BASE EXPERT...");
        return new SearchWork(talk, this, models).run(methodName);
    }
}
