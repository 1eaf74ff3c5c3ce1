package org.modelmerge.onnx;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.modelmerge.checkpoint.CheckpointLayout;
import org.modelmerge.checkpoint.FormatGuess;
import org.modelmerge.checkpoint.Hashes;
import org.modelmerge.checkpoint.OutputTensor;
import org.modelmerge.checkpoint.OutputTransaction;
import org.modelmerge.checkpoint.RangeSource;
import org.modelmerge.checkpoint.Storage;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.error.Printable;
import org.modelmerge.json.JsonWriter;
import org.modelmerge.onnx.ImportOutcome.Source;

/// The import of an ONNX file's weights into a checkpoint.
///
/// ```java
/// try (OnnxImport weights = OnnxImport.open(request)) {
///     weights.run(_ -> {});
/// }
/// ```
///
/// Opening is the preflight: it reads the structure, decides what becomes of each initialiser, checks that its
/// bytes are there, and writes nothing. Values are copied bit by bit; nothing is rounded.
public final class OnnxImport implements AutoCloseable {
    /// Metadata key: the files that the weights come from, as JSON.
    public static final String SOURCES = "modelmerge.onnx";

    private final ImportRequest request;
    private final RangeSource onnx;
    private final TensorBytes bytes;
    private final Graph graph;
    private final ImportPlan plan;

    private OnnxImport(ImportRequest request, RangeSource onnx, TensorBytes bytes, Graph graph, ImportPlan plan) {
        this.request = request;
        this.onnx = onnx;
        this.bytes = bytes;
        this.graph = graph;
        this.plan = plan;
    }

    /// Reads the structure and checks everything that can be checked before work.
    ///
    /// @throws MergeException `MALFORMED` or `UNSUPPORTED_FORMAT` naming file and tensor, `USAGE` for a pattern
    ///     that matches nothing, `OUTPUT_EXISTS` or `OUTPUT_IS_INPUT`, or the system's refusal; no handle stays
    ///     open
    public static OnnxImport open(ImportRequest request) throws MergeException {
        Storage storage = request.storage();
        RangeSource onnx = storage.open(request.file());
        TensorBytes bytes = new TensorBytes(storage, request.file(), onnx);
        try {
            Graph graph = read(onnx);
            ImportPlan plan = ImportPlanner.plan(graph, request.filter());
            for (ImportPlan.Item item : plan.items()) {
                bytes.of(item.source(), item.tensor().dtype());
            }
            OnnxImport opened = new OnnxImport(request, onnx, bytes, graph, plan);
            opened.checkOutput();
            return opened;
        } catch (MergeException e) {
            bytes.close();
            onnx.close();
            throw e.code() == ErrorCode.USAGE ? e : e.inFile(request.file().toString());
        } catch (RuntimeException | Error e) {
            bytes.close();
            onnx.close();
            throw e;
        }
    }

    private static Graph read(RangeSource onnx) throws MergeException {
        try {
            return GraphReader.read(onnx);
        } catch (MergeException e) {
            throw FormatGuess.refineOnnx(e, onnx);
        }
    }

    private void checkOutput() throws MergeException {
        Storage storage = request.storage();
        if (plan.items().isEmpty()) {
            throw MergeException.of(
                    ErrorCode.UNSUPPORTED_FORMAT,
                    "there is nothing to import (got " + graph.initializers().size()
                            + " initializers without a name that says something, expected at least one weight)");
        }
        if (storage.kind(request.output()) != Storage.Kind.ABSENT) {
            for (Path input : inputs()) {
                if (storage.isSame(request.output(), input)
                        || storage.realPath(input).startsWith(storage.realPath(request.output()))) {
                    throw MergeException.of(
                                    ErrorCode.OUTPUT_IS_INPUT,
                                    "this output is, or holds, the input " + Printable.text(input.toString()))
                            .inFile(request.output().toString())
                            .withHint("choose another output with -o");
                }
            }
        }
        OutputTransaction.check(storage, request.output(), !request.isFile(), request.force());
    }

    private List<Path> inputs() {
        List<Path> inputs = new ArrayList<>();
        inputs.add(request.file());
        bytes.externals().keySet().forEach(location -> inputs.add(request.file().resolveSibling(location)));
        return inputs;
    }

    /// The program that wrote the file, with its version; empty if it does not say.
    public String producer() {
        return graph.producer();
    }

    /// Bytes of all files that are read.
    public long sizeBytes() {
        long sum = onnx.size();
        for (RangeSource external : bytes.externals().values()) {
            sum += external.size();
        }
        return sum;
    }

    /// What is imported, in the order of the file.
    public List<ImportedTensor> tensors() {
        return plan.items().stream().map(ImportPlan.Item::tensor).toList();
    }

    /// What is not.
    public List<LeftOut> leftOut() {
        return plan.leftOut();
    }

    /// What there is reason to warn of.
    public List<String> warnings() {
        return plan.foldedConvolutions() == 0
                ? List.of()
                : List.of(plan.foldedConvolutions()
                        + " convolution weights had lost their names: exporters fold batch normalisation into them, so"
                        + " they may not be the weights that were trained");
    }

    /// Hashes the sources, writes the checkpoint and publishes it.
    ///
    /// @param reading hears of all bytes: [#sizeBytes()] while hashing, then the values; may stop the import
    /// @throws MergeException whatever goes wrong; nothing is left behind then
    public ImportOutcome run(Hashes.Reading reading) throws MergeException {
        List<Source> sources = sources(reading);
        CheckpointLayout layout = layout(sources);
        try (OutputTransaction transaction = OutputTransaction.begin(request.storage(), request.force())) {
            try {
                return write(layout, sources, transaction, reading);
            } catch (MergeException e) {
                throw transaction.inOutputs(e);
            }
        }
    }

    private ImportOutcome write(
            CheckpointLayout layout, List<Source> sources, OutputTransaction transaction, Hashes.Reading reading)
            throws MergeException {
        Path staged =
                request.isFile() ? transaction.stageFile(request.output()) : transaction.stageFolder(request.output());
        CheckpointFiles files = new CheckpointFiles(request, plan, bytes, reading);
        Map<String, String> sha256 = files.write(layout, staged);
        checkUnchanged();
        transaction.publish();
        return new ImportOutcome(sources, sha256, files.bytesRead(), files.bytesWritten());
    }

    private List<Source> sources(Hashes.Reading reading) throws MergeException {
        List<Source> sources = new ArrayList<>();
        String name = String.valueOf(request.file().getFileName());
        sources.add(new Source(name, onnx.size(), Hashes.of(onnx, reading)));
        for (Map.Entry<String, RangeSource> external : bytes.externals().entrySet()) {
            RangeSource source = external.getValue();
            sources.add(new Source(external.getKey(), source.size(), Hashes.of(source, reading)));
        }
        return sources;
    }

    private CheckpointLayout layout(List<Source> sources) throws MergeException {
        List<OutputTensor> tensors = plan.items().stream()
                .map(ImportPlan.Item::tensor)
                .map(tensor -> new OutputTensor(tensor.name(), tensor.dtype(), tensor.shape()))
                .toList();
        List<Map<String, Object>> described = new ArrayList<>();
        for (Source source : sources) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("name", source.name());
            one.put("size", source.sizeBytes());
            one.put("sha256", source.sha256());
            described.add(one);
        }
        Map<String, String> metadata =
                Map.of("format", "pt", "modelmerge.version", request.version(), SOURCES, JsonWriter.write(described));
        try {
            return CheckpointLayout.of(tensors, metadata, request.isFile() ? Long.MAX_VALUE : request.maxShardBytes());
        } catch (MergeException e) {
            throw e.inFile(request.file().toString());
        }
    }

    private void checkUnchanged() throws MergeException {
        onnx.checkUnchanged();
        for (RangeSource external : bytes.externals().values()) {
            external.checkUnchanged();
        }
    }

    /// Closes the inputs; idempotent.
    @Override
    public void close() {
        bytes.close();
        onnx.close();
    }
}
