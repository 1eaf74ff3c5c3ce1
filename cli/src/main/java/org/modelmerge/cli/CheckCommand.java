package org.modelmerge.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.modelmerge.engine.MergeObserver;
import org.modelmerge.engine.MergeRequest;
import org.modelmerge.engine.Version;
import org.modelmerge.error.MergeException;
import org.modelmerge.error.Printable;
import org.modelmerge.report.CheckReport;
import org.modelmerge.report.CheckSession;
import org.modelmerge.report.JsonReport;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `merge check`.
@CommandLine.Command(
        description = {
            "Tells whether models can be merged, and how their weights differ: norms, cosines and sign conflicts per",
            "tensor and layer. Writes a report, no model; the exit code is the one a merge would have."
        },
        customSynopsis = "merge check [options] BASE EXPERT...")
final class CheckCommand implements Command {
    /// Any method does: the weights are measured before one is applied.
    private static final String METHOD = "task-arithmetic";

    private static final String DEFAULT_PREFIX = "check.report";

    @Mixin
    ScopeOptions scope = new ScopeOptions();

    @Mixin
    ReportOptions report = new ReportOptions();

    @Mixin
    MachineOptions machine = new MachineOptions();

    @Mixin
    CommonOptions common = new CommonOptions();

    @Parameters(arity = "0..*", paramLabel = "BASE EXPERT")
    List<String> operands = new ArrayList<>();

    /// Where the report goes.
    @CommandLine.Command(optionListHeading = "Report")
    static final class ReportOptions {
        @Option(
                names = "--report",
                paramLabel = "PREFIX",
                description = "write PREFIX.html and PREFIX.json (default: " + DEFAULT_PREFIX + ")")
        @Nullable
        String prefix;

        @Option(
                names = {"-f", "--force"},
                description = "replace existing reports, atomically")
        boolean force;
    }

    @Override
    public CommonOptions common() {
        return common;
    }

    @Override
    public List<HelpText.Line> operands() {
        return Operands.HELP;
    }

    @Override
    public List<String> examples() {
        return List.of(
                "merge check base/ expert-a/ expert-b/",
                "merge check --report out/pair base.safetensors ft.safetensors");
    }

    @Override
    public int run(Talk talk) throws MergeException {
        Operands models = Operands.of(talk.console(), operands, "merge check BASE EXPERT...");
        Map<String, Object> values = new LinkedHashMap<>();
        scope.addTo(values);
        machine.addTo(values);
        Path given = MergeWork.reportPrefix(talk.console(), report.prefix);
        Path prefix = given == null ? talk.console().directory().resolve(DEFAULT_PREFIX) : given;
        MergeRequest request = Settings.ofFlags(values).request(METHOD, models.base(), models.experts(), null, true);
        MergeObserver observer = talk.observer();
        CheckSession.Outcome outcome;
        try {
            outcome = CheckSession.run(request, prefix, report.force, Version.text(), observer);
        } finally {
            Talk.end(observer);
        }
        if (outcome.refusal() != null) {
            talk.say("report   " + Printable.text(prefix + ".html"));
            throw outcome.refusal();
        }
        talk.warn(outcome.report().warnings());
        if (talk.json()) {
            talk.console().out().append(JsonReport.of(outcome.report()));
        } else {
            print(outcome.report(), prefix, talk);
        }
        return 0;
    }

    private static void print(CheckReport check, Path prefix, Talk talk) {
        talk.data(check.verdict());
        talk.data("tensors  " + SummaryText.tensors(check.tensors()) + "; D = " + Quantity.count(check.elements()));
        for (int i = 0; i < check.experts().size(); i++) {
            CheckReport.Expert expert = check.experts().get(i);
            String norm = check.statistics() == null
                    ? ""
                    : "; |tau| = " + Quantity.measure(check.statistics().total().norm(i));
            talk.data("expert   " + Printable.text(expert.task()) + ": " + expert.base() + norm);
        }
        if (check.statistics() != null && check.experts().size() > 1) {
            talk.data("signs    "
                    + Quantity.measure(100 * check.statistics().total().signAgreement())
                    + "% of the elements that some expert changes have no sign conflict");
        }
        talk.say("report   " + Printable.text(prefix + ".html"));
    }
}
