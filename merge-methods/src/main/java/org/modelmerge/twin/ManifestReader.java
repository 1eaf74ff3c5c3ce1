package org.modelmerge.twin;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.modelmerge.checkpoint.RangeSource;
import org.modelmerge.checkpoint.Shape;
import org.modelmerge.checkpoint.Storage;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.json.StrictJson;
import org.modelmerge.twin.TwinManifest.Expert;
import org.modelmerge.twin.TwinManifest.Part;
import org.modelmerge.twin.TwinManifest.Source;
import org.modelmerge.twin.TwinManifest.Tensor;

/// Reads `twin.json`. Members that this version does not know are ignored: the schema only ever gains some.
final class ManifestReader {
    private static final long LARGEST = 1L << 28;

    private ManifestReader() {}

    /// @throws MergeException `MALFORMED`, or the system's refusal, naming the file
    static TwinManifest read(Storage storage, Path file) throws MergeException {
        try (RangeSource source = storage.open(file)) {
            if (source.size() > LARGEST) {
                throw MergeException.of(
                        ErrorCode.MALFORMED,
                        "too large (got " + source.size() + " bytes, expected at most " + LARGEST + ")");
            }
            ByteBuffer bytes = ByteBuffer.allocate((int) source.size());
            source.read(bytes, 0);
            return manifest(JsonObject.of("", StrictJson.parse(bytes.array())));
        } catch (MergeException e) {
            throw e.inFile(file.toString());
        }
    }

    private static TwinManifest manifest(JsonObject json) throws MergeException {
        long schema = json.count("schema");
        if (schema != 1) {
            throw json.wrong("schema", Long.toString(schema), "1");
        }
        List<Expert> experts = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (JsonObject expert : json.objects("experts")) {
            experts.add(new Expert(expert.text("task"), source(expert.object("source")), part(expert)));
            if (!names.add(expert.text("task")) || !names.add("/" + expert.text("file"))) {
                throw expert.wrong("task", expert.text("task"), "every task and file once");
            }
        }
        if (experts.isEmpty()) {
            throw json.wrong("experts", "none", "at least one");
        }
        List<Tensor> tensors = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (JsonObject tensor : json.objects("tensors")) {
            tensors.add(tensor(tensor, experts.size()));
            if (!seen.add(tensors.getLast().name())) {
                throw tensor.wrong("name", tensors.getLast().name(), "every name once");
            }
        }
        return new TwinManifest(
                json.text("version"),
                json.object("parameters").members(),
                json.object("settings").members(),
                source(json.object("base")),
                json.has("sharedSource") ? source(json.object("sharedSource")) : null,
                part(json.object("shared")),
                experts,
                tensors);
    }

    private static Source source(JsonObject json) throws MergeException {
        Map<String, String> sha256 = json.has("sha256") ? json.object("sha256").texts() : Map.of();
        return new Source(json.text("name"), json.count("size"), json.text("headerSha256"), sha256);
    }

    private static Part part(JsonObject json) throws MergeException {
        String file = json.text("file");
        boolean plain = file.endsWith(".safetensors") && file.indexOf('/') < 0 && file.indexOf('\\') < 0;
        if (!plain) {
            throw json.wrong("file", file, "the name of a .safetensors file in this folder");
        }
        return new Part(file, json.count("size"), json.text("headerSha256"), json.text("sha256"));
    }

    private static Tensor tensor(JsonObject json, int taskCount) throws MergeException {
        List<Long> sizes = json.counts("shape");
        Shape shape = Shape.of(sizes.stream().mapToLong(Long::longValue).toArray());
        Tensor tensor = new Tensor(
                json.text("name"),
                shape,
                form(json),
                json.counts("kept"),
                json.numbers("norms"),
                json.numbers("energyKept"));
        requireCount(json, "kept", tensor.kept().size(), taskCount);
        requireCount(json, "norms", tensor.norms().size(), taskCount);
        requireCount(json, "energyKept", tensor.energyKept().size(), taskCount);
        checkSizes(json, tensor);
        return tensor;
    }

    private static Form form(JsonObject json) throws MergeException {
        String word = json.text("form");
        for (Form form : Form.values()) {
            if (form.name().toLowerCase(Locale.ROOT).equals(word)) {
                return form;
            }
        }
        throw json.wrong("form", word, "factors, sparse, dense or oracle");
    }

    private static void requireCount(JsonObject json, String member, int got, int expected) throws MergeException {
        if (got != expected) {
            throw json.wrong(member, got + " numbers", expected + ", one per task");
        }
    }

    private static void checkSizes(JsonObject json, Tensor tensor) throws MergeException {
        long largest;
        try {
            largest = tensor.shape().elementCount();
            if (tensor.form() == Form.FACTORS) {
                if (tensor.shape().rank() < 2) {
                    throw json.wrong("shape", tensor.shape().toString(), "two dimensions or more for factors");
                }
                largest = Math.min(tensor.rows(), tensor.columns());
                Math.toIntExact(Math.max(tensor.rows(), tensor.columns()));
            }
        } catch (ArithmeticException _) {
            throw json.wrong("shape", tensor.shape().toString(), "fewer elements");
        }
        for (long kept : tensor.kept()) {
            if (kept > largest) {
                throw json.wrong("kept", Long.toString(kept), "at most " + largest);
            }
        }
    }
}
