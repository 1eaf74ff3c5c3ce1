package org.modelmerge.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.modelmerge.engine.MergeObserver;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.error.Printable;
import org.modelmerge.report.TwinJson;
import org.modelmerge.twin.TwinFolder;
import org.modelmerge.twin.TwinManifest;
import org.modelmerge.twin.TwinManifest.Tensor;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `merge twin inspect`.
@CommandLine.Command(
        description = "Lists what a Twin folder keeps: storage per expert against its model; per tensor rank, energy "
                + "and bytes.",
        customSynopsis = "merge twin inspect [options] DIR")
final class TwinInspectCommand implements Command {
    @Mixin
    TwinInspectOptions options = new TwinInspectOptions();

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
        return List.of("merge twin inspect merged-twin", "merge twin inspect --json merged-twin");
    }

    @Override
    public List<Integer> exitCodes() {
        return List.of(0, 1, 2, 3, 4, 5);
    }

    @Override
    public int run(Talk talk) throws MergeException {
        Path path = folder(talk, paths);
        try (TwinFolder folder = TwinFolder.open(path)) {
            if (options.hash) {
                checkHashes(folder, talk);
            }
            if (talk.json()) {
                talk.document(document(folder));
            } else {
                print(folder, talk);
            }
        }
        return 0;
    }

    /// The one operand of a command on a Twin folder.
    static Path folder(Talk talk, List<String> words) throws MergeException {
        if (words.size() != 1) {
            throw MergeException.of(
                    ErrorCode.USAGE, "got " + Quantity.count(words.size(), "folder") + ", expected one Twin folder");
        }
        return Words.path(talk.console(), "DIR", words.getFirst());
    }

    private static void checkHashes(TwinFolder folder, Talk talk) throws MergeException {
        MergeObserver observer = talk.observer();
        try {
            observer.passStarted("hash", 1, 1, folder.manifest().storedBytes());
            folder.checkHashes(observer::bytesRead);
        } finally {
            Talk.end(observer);
        }
    }

    static Map<String, Object> document(TwinFolder folder) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("path", folder.path().toString());
        document.putAll(TwinJson.document(folder.manifest()));
        return document;
    }

    static void print(TwinFolder folder, Talk talk) {
        TwinManifest manifest = folder.manifest();
        talk.data(Printable.text(folder.path().toString()));
        talk.data("  method twin" + SummaryText.parameters(manifest.parameters()));
        talk.data("  base " + Printable.text(manifest.base().name()) + ", header SHA-256 "
                + manifest.base().headerSha256());
        talk.data("  shared expert " + Quantity.bytes(manifest.shared().sizeBytes()));
        for (int i = 0; i < manifest.experts().size(); i++) {
            talk.data("  expert " + TwinWork.expert(manifest, i));
        }
        talk.data("  storage " + TwinWork.storage(manifest));
        Table table = new Table("  ", List.of("tensor", "shape", "form", "kept", "energy", "bytes"), 3);
        for (Tensor tensor : manifest.tensors()) {
            table.add(
                    Printable.text(tensor.name()),
                    tensor.shape().toString(),
                    tensor.form().name().toLowerCase(Locale.ROOT),
                    range(tensor.kept()),
                    energies(tensor.energyKept()),
                    Long.toString(bytes(tensor)));
        }
        table.print(talk);
    }

    private static long bytes(Tensor tensor) {
        long bytes = 0;
        for (int i = 0; i < tensor.kept().size(); i++) {
            bytes += tensor.storedBytes(i);
        }
        return bytes;
    }

    private static String range(List<Long> kept) {
        long least = kept.stream().mapToLong(Long::longValue).min().orElse(0);
        long most = kept.stream().mapToLong(Long::longValue).max().orElse(0);
        return least == most ? Long.toString(least) : least + "-" + most;
    }

    /// From the least to the most over the tasks.
    private static String energies(List<Double> energies) {
        String least = TwinWork.percent(
                energies.stream().mapToDouble(Double::doubleValue).min().orElse(1));
        String most = TwinWork.percent(
                energies.stream().mapToDouble(Double::doubleValue).max().orElse(1));
        return least.equals(most) ? least : least + "-" + most;
    }
}
