package org.modelmerge.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.modelmerge.checkpoint.LocalStorage;
import org.modelmerge.engine.MergeObserver;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.error.Printable;
import org.modelmerge.report.Finding;
import org.modelmerge.report.Finding.Answer;
import org.modelmerge.report.Verification;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `merge verify`.
@CommandLine.Command(
        description = {
            "Verifies an output: is it well-formed, do the hashes of its report hold, are these models the inputs that",
            "its header names, and do they give the same bits again? Exit code 6 if anything does not hold."
        },
        customSynopsis = "merge verify [options] OUT [BASE EXPERT...]")
final class VerifyCommand implements Command {
    @Mixin
    ReportOptions report = new ReportOptions();

    @Mixin
    RecomputeOptions recompute = new RecomputeOptions();

    @Mixin
    MachineOptions machine = new MachineOptions();

    @Mixin
    CommonOptions common = new CommonOptions();

    @Parameters(arity = "0..*", paramLabel = "OUT BASE EXPERT")
    List<String> operands = new ArrayList<>();

    /// Where the report lies.
    @CommandLine.Command(optionListHeading = "Report")
    static final class ReportOptions {
        @Option(
                names = "--report",
                paramLabel = "PREFIX",
                description = "the report is PREFIX.json (default: where the merge puts it)")
        @Nullable
        String prefix;
    }

    /// How much is merged again.
    @CommandLine.Command(optionListHeading = "Recomputation")
    static final class RecomputeOptions {
        @Option(
                names = "--recompute",
                paramLabel = "SHARE",
                description = "merge a random sample again and compare bits: 5%% or 0.05, up to 100%%")
        @Nullable
        String share;

        @Option(names = "--seed", paramLabel = "N", description = "chooses the sample (default: 0)")
        @Nullable
        String seed;
    }

    @Override
    public CommonOptions common() {
        return common;
    }

    @Override
    public List<HelpText.Line> operands() {
        return List.of(
                new HelpText.Line("OUT", "a model that merge wrote: a file or a folder; or a Twin folder"),
                new HelpText.Line("BASE, EXPERT", "its inputs, in the order of the merge"));
    }

    @Override
    public List<String> examples() {
        return List.of(
                "merge verify merged.safetensors", "merge verify --recompute 5% merged/ base/ expert-a/ expert-b/");
    }

    @Override
    public List<Integer> exitCodes() {
        return List.of(0, 1, 2, 3, 5, 6, 130);
    }

    @Override
    public int run(Talk talk) throws MergeException {
        if (operands.isEmpty()) {
            throw MergeException.of(ErrorCode.USAGE, "got no OUT, expected the model to verify");
        }
        Console console = talk.console();
        Verification.Order order = new Verification.Order(
                LocalStorage.INSTANCE,
                Words.path(console, "OUT", operands.getFirst()),
                Operands.paths(console, operands.subList(1, operands.size())),
                MergeWork.reportPrefix(console, report.prefix),
                sample());
        MergeObserver observer = talk.observer();
        List<Finding> findings;
        try {
            findings = Verification.of(order, observer);
        } finally {
            Talk.end(observer);
        }
        boolean holds = findings.stream().noneMatch(finding -> finding.answer() == Answer.FAILS);
        if (talk.json()) {
            Map<String, Object> document = new LinkedHashMap<>();
            document.put("holds", holds);
            document.put(
                    "findings", findings.stream().map(VerifyCommand::document).toList());
            talk.document(document);
        } else {
            findings.forEach(finding -> talk.data(line(finding)));
        }
        return holds ? 0 : ErrorCode.ANSWER_NO.exitCode();
    }

    private Verification.@Nullable Sample sample() throws MergeException {
        if (recompute.share == null) {
            return null;
        }
        if (operands.size() < 2) {
            throw Words.usage("--recompute", "got no inputs, expected BASE EXPERT... after OUT");
        }
        Map<String, Object> limits = new LinkedHashMap<>();
        machine.addTo(limits);
        return new Verification.Sample(
                Words.share("--recompute", recompute.share),
                recompute.seed == null ? 0 : Words.count("--seed", recompute.seed, 0, Integer.MAX_VALUE),
                Settings.ofFlags(limits).limits());
    }

    private static String line(Finding finding) {
        String answer = word(finding);
        return answer + " ".repeat(11 - answer.length()) + Printable.text(finding.subject()) + ": "
                + Printable.text(finding.detail());
    }

    private static Map<String, Object> document(Finding finding) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("answer", word(finding));
        document.put("subject", finding.subject());
        document.put("detail", finding.detail());
        return document;
    }

    private static String word(Finding finding) {
        return finding.answer().name().toLowerCase(Locale.ROOT);
    }
}
