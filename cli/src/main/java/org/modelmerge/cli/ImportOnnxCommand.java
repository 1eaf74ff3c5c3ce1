package org.modelmerge.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.modelmerge.checkpoint.LocalStorage;
import org.modelmerge.engine.MergeObserver;
import org.modelmerge.engine.Version;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.error.Printable;
import org.modelmerge.onnx.ImportOutcome;
import org.modelmerge.onnx.ImportRequest;
import org.modelmerge.onnx.ImportedTensor;
import org.modelmerge.onnx.LeftOut;
import org.modelmerge.onnx.OnnxImport;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `merge import-onnx`.
@CommandLine.Command(
        description =
                "Copies the weights of an ONNX file, bit by bit, into safetensors, under the names that the model "
                        + "has on Hugging Face.",
        customSynopsis = "merge import-onnx [options] FILE.onnx")
final class ImportOnnxCommand implements Command {
    @Mixin
    ImportOptions options = new ImportOptions();

    @Mixin
    CommonOptions common = new CommonOptions();

    @Parameters(arity = "0..*", paramLabel = "FILE")
    List<String> files = new ArrayList<>();

    @Override
    public CommonOptions common() {
        return common;
    }

    @Override
    public List<HelpText.Line> operands() {
        return List.of(new HelpText.Line("FILE", "an ONNX file; values in files beside it are found there"));
    }

    @Override
    public List<String> examples() {
        return List.of(
                "merge import-onnx all-minilm-l6-v2.onnx -o base.safetensors",
                "merge import-onnx model.onnx --include '^encoder\\.' -o encoder/");
    }

    @Override
    public List<Integer> exitCodes() {
        return List.of(0, 1, 2, 3, 5, 130);
    }

    @Override
    public int run(Talk talk) throws MergeException {
        if (files.size() != 1) {
            throw MergeException.of(
                    ErrorCode.USAGE, "got " + Quantity.count(files.size(), "file") + ", expected one ONNX file");
        }
        Path file = Words.path(talk.console(), "FILE", files.getFirst());
        ImportRequest request = new ImportRequest(
                LocalStorage.INSTANCE,
                file,
                options.output(talk.console(), file),
                options.force,
                options.filter(),
                options.maxShardBytes(),
                Version.text());
        long start = System.nanoTime();
        try (OnnxImport weights = OnnxImport.open(request)) {
            talk.verbose(() -> details(weights));
            ImportOutcome outcome = run(weights, talk.observer());
            talk.warn(weights.warnings());
            summary(request, weights, outcome, (System.nanoTime() - start) / 1e9)
                    .forEach(talk::say);
            if (talk.json()) {
                talk.document(document(request, weights, outcome));
            } else {
                talk.data(request.output().toString());
            }
            return 0;
        }
    }

    private static ImportOutcome run(OnnxImport weights, MergeObserver observer) throws MergeException {
        long bytes = weights.sizeBytes();
        try {
            // Hashing reads everything, and copying reads about as much again.
            observer.passStarted("import", 1, 1, 2 * bytes);
            return weights.run(observer::bytesRead);
        } finally {
            Talk.end(observer);
        }
    }

    private static List<String> details(OnnxImport weights) {
        List<String> lines = new ArrayList<>();
        for (ImportedTensor tensor : weights.tensors()) {
            lines.add("import   " + Printable.text(tensor.name()) + " " + tensor.dtype() + " " + tensor.shape()
                    + (tensor.isRenamed() ? " from " + Printable.text(tensor.onnxName()) : "")
                    + (tensor.transposed() ? ", transposed" : ""));
        }
        for (LeftOut tensor : weights.leftOut()) {
            lines.add("leave    " + Printable.text(tensor.onnxName()) + ": " + tensor.reason());
        }
        return lines;
    }

    private static List<String> summary(
            ImportRequest request, OnnxImport weights, ImportOutcome outcome, double seconds) {
        String producer = weights.producer().isEmpty() ? "" : ", by " + Printable.text(weights.producer());
        return List.of(
                "source   " + Printable.text(request.file().toString()) + ", " + Quantity.bytes(weights.sizeBytes())
                        + producer,
                "tensors  " + Quantity.count(weights.tensors().size()) + " imported, "
                        + Quantity.count(renamed(weights)) + " of them renamed, "
                        + Quantity.count(transposed(weights)) + " transposed; "
                        + Quantity.count(weights.leftOut().size()) + " left out",
                "values   " + Quantity.count(elements(weights)) + ", " + Quantity.bytes(outcome.bytesWritten())
                        + " written",
                "time     " + Quantity.duration(seconds),
                "output   " + Printable.text(request.output().toString()));
    }

    private static Map<String, Object> document(ImportRequest request, OnnxImport weights, ImportOutcome outcome) {
        Map<String, Object> counts = new LinkedHashMap<>();
        counts.put("imported", weights.tensors().size());
        counts.put("renamed", renamed(weights));
        counts.put("transposed", transposed(weights));
        counts.put("leftOut", weights.leftOut().size());
        List<Map<String, Object>> perTensor = new ArrayList<>();
        for (ImportedTensor tensor : weights.tensors()) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("name", tensor.name());
            one.put("onnxName", tensor.onnxName());
            one.put("dtype", tensor.dtype().name());
            one.put("shape", InspectCommand.sizes(tensor.shape()));
            one.put("transposed", tensor.transposed());
            perTensor.add(one);
        }
        List<Map<String, Object>> leftOut = new ArrayList<>();
        for (LeftOut tensor : weights.leftOut()) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("onnxName", tensor.onnxName());
            one.put("reason", tensor.reason());
            leftOut.add(one);
        }
        List<Map<String, Object>> sources = new ArrayList<>();
        for (ImportOutcome.Source source : outcome.sources()) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("name", source.name());
            one.put("sizeBytes", source.sizeBytes());
            one.put("sha256", source.sha256());
            sources.add(one);
        }
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("output", request.output().toString());
        document.put("sources", sources);
        document.put("producer", weights.producer());
        document.put("tensors", counts);
        document.put("elements", elements(weights));
        document.put("bytesRead", outcome.bytesRead());
        document.put("bytesWritten", outcome.bytesWritten());
        document.put("sha256", outcome.sha256());
        document.put("perTensor", perTensor);
        document.put("leftOut", leftOut);
        document.put("warnings", weights.warnings());
        return document;
    }

    private static long renamed(OnnxImport weights) {
        return weights.tensors().stream().filter(ImportedTensor::isRenamed).count();
    }

    private static long transposed(OnnxImport weights) {
        return weights.tensors().stream().filter(ImportedTensor::transposed).count();
    }

    private static long elements(OnnxImport weights) {
        return weights.tensors().stream()
                .mapToLong(tensor -> tensor.shape().elementCount())
                .sum();
    }
}
