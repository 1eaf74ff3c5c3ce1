package org.modelmerge.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.modelmerge.checkpoint.DType;
import org.modelmerge.engine.MergeObserver;
import org.modelmerge.engine.MergeRequest;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.error.Printable;
import org.modelmerge.extraction.ExtractionOutcome;
import org.modelmerge.extraction.ExtractionOutcome.Extracted;
import org.modelmerge.extraction.ExtractionOutcome.LeftOut;
import org.modelmerge.extraction.ExtractionRequest;
import org.modelmerge.report.ExtractionJson;
import org.modelmerge.report.ExtractionSession;
import org.modelmerge.report.MergeOrder;
import org.modelmerge.svd.SvdMode;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `merge extract-lora`.
@CommandLine.Command(
        description =
                "Extracts a LoRA adapter from a fine-tune: the best approximation of its task vector by factors of "
                        + "one rank, as a folder that the peft package loads.",
        customSynopsis = "merge extract-lora [options] BASE EXPERT")
final class ExtractLoraCommand implements Command {
    private static final String METHOD = "task-arithmetic";
    private static final int LARGEST_RANK = 1 << 20;

    @Mixin
    AdapterOptions adapter = new AdapterOptions();

    @Mixin
    ScopeOptions scope = new ScopeOptions();

    @Mixin
    MachineOptions machine = new MachineOptions();

    @Mixin
    CommonOptions common = new CommonOptions();

    @Parameters(arity = "0..*", paramLabel = "BASE EXPERT")
    List<String> operands = new ArrayList<>();

    /// What the adapter is like, and where it goes.
    @CommandLine.Command(optionListHeading = "Adapter")
    static final class AdapterOptions {
        @Option(
                names = {"-o", "--output"},
                paramLabel = "DIR",
                description = "the adapter's folder (default: adapter/ in the working directory)")
        @Nullable
        String output;

        @Option(
                names = {"-f", "--force"},
                description = "replace existing outputs and reports, atomically")
        boolean force;

        @Option(
                names = "--report",
                paramLabel = "PREFIX",
                description = "write what the adapter keeps to PREFIX.html and PREFIX.json")
        @Nullable
        String report;

        @Option(names = "--rank", paramLabel = "R", description = "rank of the factors (default: 16)")
        @Nullable
        String rank;

        @Option(names = "--dtype", paramLabel = "f32|f16|bf16", description = "dtype of the factors (default: f32)")
        @Nullable
        String dtype;

        @Option(
                names = "--svd",
                paramLabel = "auto|exact|randomized",
                description = "auto is exact up to a smaller side of 1024 (default: auto)")
        @Nullable
        String svd;

        @Option(names = "--seed", paramLabel = "N", description = "of random subspaces (default: 0)")
        @Nullable
        String seed;
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
                "merge extract-lora base.safetensors trec6.safetensors --rank 16 -o trec6-lora/",
                "merge extract-lora base/ ft/ --rank 64 --dtype bf16 --include 'proj' -o adapter/");
    }

    @Override
    public int run(Talk talk) throws MergeException {
        long start = System.nanoTime();
        ExtractionRequest request = request(talk.console());
        Path report = MergeWork.reportPrefix(talk.console(), adapter.report);
        MergeObserver observer = talk.observer();
        ExtractionOutcome outcome;
        try {
            outcome = ExtractionSession.run(request, report, observer);
        } finally {
            Talk.end(observer);
        }
        talk.warn(outcome.warnings());
        talk.verbose(() -> details(outcome));
        summary(request, outcome, (System.nanoTime() - start) / 1e9).forEach(talk::say);
        if (report != null) {
            talk.say("report   " + Printable.text(report + ".html"));
        }
        if (talk.json()) {
            Map<String, @Nullable Object> document =
                    ExtractionJson.document(request, outcome, request.output().toString());
            document.put("report", report == null ? null : report.toString());
            talk.document(document);
        } else {
            talk.data(request.output().toString());
        }
        return 0;
    }

    private ExtractionRequest request(Console console) throws MergeException {
        Operands models = Operands.of(console, operands, "merge extract-lora BASE EXPERT");
        if (models.experts().size() != 1) {
            throw MergeException.of(ErrorCode.USAGE, "got " + models.experts().size() + " experts, expected one")
                    .withHint("merge extract-lora BASE EXPERT");
        }
        Map<String, Object> values = new LinkedHashMap<>();
        scope.addTo(values);
        machine.addTo(values);
        MergeRequest request = Settings.ofFlags(values).request(METHOD, models.base(), models.experts(), null, false);
        Path given = Words.pathOrNull(console, "--output", adapter.output);
        Path output = given != null ? given : console.directory().resolve("adapter");
        if (MergeOrder.isFile(output)) {
            throw Words.usage("--output", "got " + Printable.text(output.toString()) + ", expected a folder");
        }
        String dtype =
                adapter.dtype == null ? "f32" : Words.choice("--dtype", adapter.dtype, List.of("f32", "f16", "bf16"));
        String svd = adapter.svd == null
                ? "auto"
                : Words.choice("--svd", adapter.svd, List.of("auto", "exact", "randomized"));
        return new ExtractionRequest(
                request,
                output,
                adapter.force,
                adapter.rank == null ? 16 : Words.count("--rank", adapter.rank, 1, LARGEST_RANK),
                DType.valueOf(dtype.toUpperCase(Locale.ROOT)),
                SvdMode.valueOf(svd.toUpperCase(Locale.ROOT)),
                adapter.seed == null ? 0 : Words.seed(adapter.seed));
    }

    private static List<String> summary(ExtractionRequest request, ExtractionOutcome outcome, double seconds) {
        double left = outcome.leftOut().stream().mapToDouble(LeftOut::squares).sum();
        List<String> lines = new ArrayList<>();
        lines.add("tensors  " + Quantity.count(outcome.extracted().size()) + " in the adapter, "
                + Quantity.count(outcome.leftOut().size()) + " changed and left out, "
                + Quantity.count(outcome.unchanged()) + " unchanged");
        lines.add("rank     " + request.rank() + ", " + request.dtype());
        lines.add("energy   " + percent(outcome.energyKept()) + " of the change is kept; relative residual of the"
                + " adapter's tensors " + Quantity.threeDigits(outcome.residual()));
        if (left > 0) {
            lines.add("left out " + percent(left / outcome.squares())
                    + " of the change, in tensors that are no matrices" + " (-v lists them)");
        }
        lines.add("time     " + Quantity.duration(seconds));
        lines.add("output   " + Printable.text(request.output().toString()));
        return lines;
    }

    private static List<String> details(ExtractionOutcome outcome) {
        List<String> lines = new ArrayList<>();
        for (Extracted tensor : outcome.extracted()) {
            lines.add("extract  " + Printable.text(tensor.name()) + " " + tensor.shape() + ": rank " + tensor.rank()
                    + ", " + percent(tensor.energyKept()) + " of the energy"
                    + (tensor.exact() ? "" : " (randomised)"));
        }
        for (LeftOut tensor : outcome.leftOut()) {
            lines.add("leave    " + Printable.text(tensor.name()) + " " + tensor.shape() + ": "
                    + percent(tensor.squares() / outcome.squares()) + " of the change");
        }
        return lines;
    }

    private static String percent(double share) {
        return Quantity.threeDigits(share * 100) + "%";
    }
}
