package org.modelmerge.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.modelmerge.checkpoint.Checkpoint;
import org.modelmerge.checkpoint.LocalStorage;
import org.modelmerge.checkpoint.Shape;
import org.modelmerge.checkpoint.Shard;
import org.modelmerge.checkpoint.Storage;
import org.modelmerge.checkpoint.TensorInfo;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.error.Printable;
import org.modelmerge.lora.LoraAdapter;
import org.modelmerge.twin.TwinFolder;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `merge inspect`.
@CommandLine.Command(
        description =
                "Lists what checkpoints hold: tensors, dtypes, shapes, sizes, shards, metadata. Reads headers only.",
        customSynopsis = "merge inspect [options] PATH...")
final class InspectCommand implements Command {
    @Mixin
    CommonOptions common = new CommonOptions();

    @Parameters(arity = "0..*", paramLabel = "PATH")
    List<String> paths = new ArrayList<>();

    @Override
    public CommonOptions common() {
        return common;
    }

    @Override
    public List<HelpText.Line> operands() {
        return List.of(new HelpText.Line(
                "PATH", "a .safetensors file, a folder with a model, an index file, or a Twin folder"));
    }

    @Override
    public List<String> examples() {
        return List.of("merge inspect model.safetensors", "merge inspect --json base/ merged/");
    }

    @Override
    public List<Integer> exitCodes() {
        return List.of(0, 1, 2, 3, 4, 5);
    }

    @Override
    public int run(Talk talk) throws MergeException {
        if (paths.isEmpty()) {
            throw MergeException.of(ErrorCode.USAGE, "got no PATH, expected at least one checkpoint");
        }
        List<Map<String, Object>> documents = new ArrayList<>();
        for (String word : paths) {
            Path path = Words.path(talk.console(), "PATH", word);
            if (TwinFolder.isTwinFolder(LocalStorage.INSTANCE, path)) {
                inspectTwin(path, documents, talk);
                continue;
            }
            try (Checkpoint checkpoint = open(path)) {
                if (talk.json()) {
                    documents.add(document(checkpoint));
                } else {
                    print(checkpoint, talk);
                }
            }
        }
        if (talk.json()) {
            talk.document(Map.of("checkpoints", documents));
        }
        return 0;
    }

    private static void inspectTwin(Path path, List<Map<String, Object>> documents, Talk talk) throws MergeException {
        try (TwinFolder folder = TwinFolder.open(path)) {
            if (talk.json()) {
                documents.add(TwinInspectCommand.document(folder));
            } else {
                TwinInspectCommand.print(folder, talk);
            }
        }
    }

    /// Factors of an adapter are listed as they lie in its file.
    private static Checkpoint open(Path path) throws MergeException {
        Storage storage = LocalStorage.INSTANCE;
        Path factors = path.resolve(LoraAdapter.FILE_NAME);
        boolean isAdapter = LoraAdapter.isAdapter(storage, path) && storage.kind(factors) != Storage.Kind.ABSENT;
        return Checkpoint.open(storage, isAdapter ? factors : path);
    }

    private static void print(Checkpoint checkpoint, Talk talk) {
        talk.data(Printable.text(checkpoint.path()));
        talk.data("  " + Quantity.count(checkpoint.tensors().size(), "tensor") + ", "
                + Quantity.count(elementCount(checkpoint), "element") + ", " + Quantity.bytes(checkpoint.sizeBytes())
                + " in " + Quantity.count(checkpoint.shards().size(), "file"));
        for (Shard shard : checkpoint.shards()) {
            talk.data("  file " + Printable.text(shard.name()) + ": "
                    + Quantity.count(shard.header().tensors().size(), "tensor") + ", "
                    + Quantity.bytes(shard.header().fileSize()) + ", header SHA-256 "
                    + shard.header().sha256());
        }
        checkpoint
                .metadata()
                .forEach((key, value) -> talk.data("  metadata " + Printable.text(key) + ": " + Printable.text(value)));
        Table table = new Table("  ", List.of("name", "dtype", "shape", "elements", "bytes"), 3);
        checkpoint.tensors().forEach((name, tensor) -> {
            TensorInfo info = tensor.info();
            table.add(
                    Printable.text(name),
                    info.dtype().name(),
                    info.shape().toString(),
                    Long.toString(info.elementCount()),
                    Long.toString(info.byteCount()));
        });
        table.print(talk);
    }

    private static Map<String, Object> document(Checkpoint checkpoint) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("path", checkpoint.path());
        document.put("sizeBytes", checkpoint.sizeBytes());
        document.put("elements", elementCount(checkpoint));
        document.put("headerSha256", checkpoint.headerSha256());
        List<Map<String, Object>> files = new ArrayList<>();
        for (Shard shard : checkpoint.shards()) {
            Map<String, Object> file = new LinkedHashMap<>();
            file.put("file", shard.name());
            file.put("sizeBytes", shard.header().fileSize());
            file.put("tensors", shard.header().tensors().size());
            file.put("headerSha256", shard.header().sha256());
            file.put("metadata", shard.header().metadata());
            files.add(file);
        }
        document.put("files", files);
        List<Map<String, Object>> tensors = new ArrayList<>();
        checkpoint.tensors().forEach((name, tensor) -> {
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("name", name);
            entry.put("dtype", tensor.info().dtype().name());
            entry.put("shape", sizes(tensor.info().shape()));
            entry.put("bytes", tensor.info().byteCount());
            entry.put("file", tensor.shard().name());
            entry.put("offset", tensor.fileOffset());
            tensors.add(entry);
        });
        document.put("tensors", tensors);
        return document;
    }

    /// A shape as JSON shows it.
    static List<Long> sizes(Shape shape) {
        return Arrays.stream(shape.sizes()).boxed().toList();
    }

    private static long elementCount(Checkpoint checkpoint) {
        long sum = 0;
        for (var tensor : checkpoint.tensors().values()) {
            sum += tensor.info().elementCount();
        }
        return sum;
    }
}
