package org.modelmerge.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.modelmerge.engine.MergeObserver;
import org.modelmerge.engine.MergeRequest.OutputForm;
import org.modelmerge.error.MergeException;
import org.modelmerge.error.Printable;
import org.modelmerge.lora.LoraAdapter;
import org.modelmerge.report.ComposeReport;
import org.modelmerge.report.ComposeSession;
import org.modelmerge.report.MergeOrder;
import org.modelmerge.twin.TwinComposition;
import org.modelmerge.twin.TwinFolder;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `merge twin compose`.
@CommandLine.Command(
        description = "Writes the ordinary checkpoint that a Twin folder means for given weights: the shared expert "
                + "plus the weighted sum of the exclusive experts.",
        customSynopsis = "merge twin compose [options] DIR (--weights W1,... | --logits L1,... | --tasks FILE)")
final class TwinComposeCommand implements Command {
    @Mixin
    ComposeOptions options = new ComposeOptions();

    @Mixin
    ComposeOutputOptions output = new ComposeOutputOptions();

    @Mixin
    MachineOptions machine = new MachineOptions();

    @Mixin
    CommonOptions common = new CommonOptions();

    @Parameters(arity = "0..*", paramLabel = "DIR")
    List<String> paths = new ArrayList<>();

    @Override
    public CommonOptions common() {
        return common;
    }

    @Override
    public List<HelpText.Line> operands() {
        return List.of(new HelpText.Line("DIR", "a folder that merge --method twin made"));
    }

    @Override
    public List<String> examples() {
        return List.of(
                "merge twin compose merged-twin --weights 0.7,0.3 -o composed.safetensors",
                "merge twin compose merged-twin --logits=2.1,-0.4 --dtype bf16 -o composed/");
    }

    @Override
    public int run(Talk talk) throws MergeException {
        long start = System.nanoTime();
        options.check();
        Path path = TwinInspectCommand.folder(talk, paths);
        Path chosen = Words.pathOrNull(talk.console(), "--output", output.output);
        Path target = chosen != null ? chosen : talk.console().directory().resolve("merged.safetensors");
        Map<String, Object> values = new LinkedHashMap<>();
        machine.addTo(values);
        output.addTo(values);
        Settings settings = Settings.ofFlags(values);
        float[] weights = options.weights(talk, path);
        try (TwinFolder folder = TwinFolder.open(path)) {
            OutputForm form = settings.form(singleFile(folder, target));
            TwinComposition composition = TwinComposition.of(folder, weights, options.task, form, settings.limits());
            compose(talk, folder, composition, target, form, start);
        }
        return 0;
    }

    /// The name of the only file of weights, or null for a model folder's names and shards.
    private static @Nullable String singleFile(TwinFolder folder, Path target) {
        if (MergeOrder.isFile(target)) {
            return String.valueOf(target.getFileName());
        }
        return folder.manifest().isOfAdapters() ? LoraAdapter.FILE_NAME : null;
    }

    private void compose(
            Talk talk, TwinFolder folder, TwinComposition composition, Path target, OutputForm form, long start)
            throws MergeException {
        ComposeSession session = new ComposeSession(
                folder,
                composition,
                target,
                form.dtype(),
                output.force,
                !output.noReport,
                MergeWork.reportPrefix(talk.console(), output.report));
        session.check();
        if (output.dryRun) {
            plan(talk, folder, composition, target);
            return;
        }
        MergeObserver observer = talk.observer();
        ComposeReport report;
        try {
            report = session.run(observer);
        } finally {
            Talk.end(observer);
        }
        say(talk, report, session.report(), target, (System.nanoTime() - start) / 1e9);
    }

    private static void plan(Talk talk, TwinFolder folder, TwinComposition composition, Path target) {
        for (int i = 0; i < folder.tasks().size(); i++) {
            talk.data("weight   " + Printable.text(folder.tasks().get(i)) + ": "
                    + composition.weights()[i]);
        }
        talk.data("reads    " + Quantity.bytes(composition.bytesToRead()));
        long size = 0;
        for (var shard : composition.layout().shards()) {
            size += shard.fileSize();
        }
        talk.data("output   " + Printable.text(target.toString()) + ": "
                + Quantity.count(composition.layout().shards().size(), "file") + ", " + Quantity.bytes(size));
    }

    private static void say(Talk talk, ComposeReport report, @Nullable Path prefix, Path target, double seconds) {
        for (int i = 0; i < report.tasks().size(); i++) {
            talk.say("weight   " + Printable.text(report.tasks().get(i)) + ": "
                    + report.weights().get(i));
        }
        talk.say("bytes    " + Quantity.bytes(report.bytesWritten()) + " written");
        talk.say("time     " + Quantity.duration(seconds));
        talk.say("output   " + Printable.text(target.toString()));
        if (prefix != null) {
            talk.say("report   " + Printable.text(prefix + ".html"));
        }
        if (talk.json()) {
            Map<String, @Nullable Object> document = report.document(target.toString());
            document.put("report", prefix == null ? null : prefix.toString());
            talk.document(document);
        } else {
            talk.data(target.toString());
        }
    }
}
