package org.modelmerge.engine;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.modelmerge.checkpoint.DType;
import org.modelmerge.checkpoint.Hashes;
import org.modelmerge.checkpoint.Shape;
import org.modelmerge.engine.MergePlan.CopyReason;
import org.modelmerge.engine.MergePlan.Input;
import org.modelmerge.engine.MergePlan.InputShard;
import org.modelmerge.engine.MergePlan.OutputFile;
import org.modelmerge.engine.MergePlan.PlannedTensor;
import org.modelmerge.engine.MergePlan.Range;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.json.JsonWriter;
import org.modelmerge.json.StrictJson;

/// The canonical JSON form of a plan: what a dry run prints and a worker reads.
public final class MergePlanJson {
    private static final long SCHEMA = 1;

    private MergePlanJson() {}

    /// The plan as compact JSON; equal plans give equal text.
    public static String write(MergePlan plan) {
        StringBuilder text = new StringBuilder();
        JsonWriter json = JsonWriter.compact(text).beginObject();
        json.member("schema", SCHEMA)
                .member("version", plan.version())
                .member("method", plan.method())
                .member("parameters", plan.parameters())
                .member("settings", plan.settings())
                .member("elements", plan.mergedElementCount())
                .member("leafElements", plan.leafElements())
                .member("allowNonfinite", plan.allowNonfinite())
                .member("statistics", plan.statistics())
                .member("dropped", plan.dropped());
        json.name("inputs").beginArray();
        plan.inputs().forEach(input -> writeInput(input, json));
        json.endArray().name("tensors").beginArray();
        plan.tensors().forEach(tensor -> writeTensor(tensor, json));
        json.endArray().name("outputs").beginArray();
        for (OutputFile file : plan.outputs()) {
            json.beginObject()
                    .member("name", file.name())
                    .member("size", file.sizeBytes())
                    .member("header", file.header())
                    .endObject();
        }
        json.endArray().member("index", plan.index()).endObject();
        return text.toString();
    }

    /// The SHA-256 of the canonical form.
    public static String hash(MergePlan plan) {
        return Hashes.of(write(plan).getBytes(StandardCharsets.UTF_8));
    }

    /// The values as [#parse(String)] gives them back, so that a plan equals the one that is read from its text.
    static Map<String, Object> asRead(Map<String, Object> values) throws MergeException {
        return object(StrictJson.parse(JsonWriter.write(values).getBytes(StandardCharsets.UTF_8)));
    }

    private static void writeInput(Input input, JsonWriter json) {
        json.beginObject()
                .member("name", input.name())
                .member("path", input.path())
                .member("size", input.sizeBytes())
                .member("headerSha256", input.headerSha256());
        if (input.origin() != null) {
            json.member("origin", input.origin());
        }
        json.name("shards").beginArray();
        for (InputShard shard : input.shards()) {
            json.beginObject()
                    .member("file", shard.file())
                    .member("size", shard.sizeBytes())
                    .member("headerSha256", shard.headerSha256())
                    .endObject();
        }
        json.endArray().endObject();
    }

    private static void writeTensor(PlannedTensor tensor, JsonWriter json) {
        CopyReason reason = tensor.copyReason();
        json.beginObject()
                .member("name", tensor.name())
                .member("dtype", tensor.dtype().name())
                .member("shape", Arrays.stream(tensor.shape().sizes()).boxed().toList())
                .member("rule", reason == null ? "merge" : "copy")
                .member("reason", reason == null ? null : word(reason))
                .member("file", tensor.outputFile())
                .member("offset", tensor.outputOffset());
        json.name("ranges").beginArray();
        for (Range range : tensor.ranges()) {
            if (range == null) {
                json.value(null);
            } else {
                json.beginArray()
                        .value(range.shard())
                        .value(range.dtype().name())
                        .value(range.offset())
                        .endArray();
            }
        }
        json.endArray().endObject();
    }

    private static String word(CopyReason reason) {
        return reason.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /// Reads the canonical form.
    ///
    /// @throws MergeException `MALFORMED`
    public static MergePlan parse(String text) throws MergeException {
        try {
            return plan(object(StrictJson.parse(text.getBytes(StandardCharsets.UTF_8))));
        } catch (ClassCastException
                | IllegalArgumentException
                | ArithmeticException
                | NullPointerException
                | IndexOutOfBoundsException e) {
            throw MergeException.of(ErrorCode.MALFORMED, "not a merge plan of schema " + SCHEMA, e);
        }
    }

    private static MergePlan plan(Map<String, Object> json) {
        if (integer(json, "schema") != SCHEMA) {
            throw new IllegalArgumentException("schema");
        }
        return new MergePlan(
                string(json, "version"),
                string(json, "method"),
                object(json.get("parameters")),
                list(json, "inputs").stream().map(MergePlanJson::input).toList(),
                list(json, "tensors").stream().map(MergePlanJson::tensor).toList(),
                list(json, "dropped").stream().map(String.class::cast).toList(),
                flag(json, "allowNonfinite"),
                flag(json, "statistics"),
                Math.toIntExact(integer(json, "leafElements")),
                list(json, "outputs").stream().map(MergePlanJson::output).toList(),
                (String) json.get("index"),
                object(json.get("settings")));
    }

    private static Input input(Object value) {
        Map<String, Object> json = object(value);
        List<InputShard> shards = new ArrayList<>();
        for (Object shard : list(json, "shards")) {
            Map<String, Object> s = object(shard);
            shards.add(new InputShard(string(s, "file"), integer(s, "size"), string(s, "headerSha256")));
        }
        return new Input(
                string(json, "name"),
                string(json, "path"),
                integer(json, "size"),
                string(json, "headerSha256"),
                List.copyOf(shards),
                (String) json.get("origin"));
    }

    private static PlannedTensor tensor(Object value) {
        Map<String, Object> json = object(value);
        String reason = (String) json.get("reason");
        List<@Nullable Range> ranges = new ArrayList<>();
        for (Object range : list(json, "ranges")) {
            if (range == null) {
                ranges.add(null);
            } else {
                List<?> r = (List<?>) range;
                ranges.add(
                        new Range(Math.toIntExact((Long) r.get(0)), DType.valueOf((String) r.get(1)), (Long) r.get(2)));
            }
        }
        return new PlannedTensor(
                string(json, "name"),
                Shape.of(list(json, "shape").stream()
                        .mapToLong(size -> (Long) size)
                        .toArray()),
                DType.valueOf(string(json, "dtype")),
                reason == null
                        ? null
                        : CopyReason.valueOf(reason.toUpperCase(Locale.ROOT).replace('-', '_')),
                Collections.unmodifiableList(ranges),
                Math.toIntExact(integer(json, "file")),
                integer(json, "offset"));
    }

    private static OutputFile output(Object value) {
        Map<String, Object> json = object(value);
        return new OutputFile(string(json, "name"), string(json, "header"), integer(json, "size"));
    }

    @SuppressWarnings("unchecked") // StrictJson gives maps with string keys only
    private static Map<String, Object> object(@Nullable Object value) {
        if (!(value instanceof Map<?, ?>)) {
            throw new IllegalArgumentException("no object");
        }
        return (Map<String, Object>) value;
    }

    private static List<?> list(Map<String, Object> json, String key) {
        if (!(json.get(key) instanceof List<?> list)) {
            throw new IllegalArgumentException(key);
        }
        return list;
    }

    private static String string(Map<String, Object> json, String key) {
        if (!(json.get(key) instanceof String text)) {
            throw new IllegalArgumentException(key);
        }
        return text;
    }

    private static boolean flag(Map<String, Object> json, String key) {
        if (!(json.get(key) instanceof Boolean flag)) {
            throw new IllegalArgumentException(key);
        }
        return flag;
    }

    private static long integer(Map<String, Object> json, String key) {
        if (!(json.get(key) instanceof Long number)) {
            throw new IllegalArgumentException(key);
        }
        return number;
    }
}
