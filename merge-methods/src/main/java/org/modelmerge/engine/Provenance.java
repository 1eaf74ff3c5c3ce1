package org.modelmerge.engine;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.modelmerge.checkpoint.CheckpointLayout;
import org.modelmerge.checkpoint.Hashes;
import org.modelmerge.engine.MergePlan.Input;
import org.modelmerge.engine.MergeRequest.OutputForm;
import org.modelmerge.json.JsonWriter;

/// What an output's header says about how it was made: all of it known before the first byte is written, and nothing
/// that differs between machines.
public final class Provenance {
    /// Transformers refuses a file that has metadata but not this entry.
    static final String FORMAT = "format";
    /// The version of modelmerge.
    public static final String VERSION = "modelmerge.version";
    /// The method's name.
    public static final String METHOD = "modelmerge.method";
    /// Its effective parameters, as JSON; tables as their SHA-256.
    public static final String PARAMETERS = "modelmerge.parameters";
    /// Everything else that shaped the result, as JSON.
    public static final String SETTINGS = "modelmerge.settings";
    /// The inputs, base first, as JSON: name, size, SHA-256 of the headers.
    public static final String INPUTS = "modelmerge.inputs";

    private Provenance() {}

    static Map<String, String> metadata(
            String version,
            String method,
            Map<String, Object> parameters,
            Map<String, Object> settings,
            List<Input> inputs) {
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put(FORMAT, "pt");
        metadata.put(VERSION, version);
        metadata.put(METHOD, method);
        metadata.put(PARAMETERS, JsonWriter.write(brief(parameters)));
        metadata.put(SETTINGS, JsonWriter.write(settings));
        List<Map<String, Object>> described = new ArrayList<>();
        for (Input input : inputs) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("name", input.name());
            one.put("size", input.sizeBytes());
            one.put("headerSha256", input.headerSha256());
            described.add(one);
        }
        metadata.put(INPUTS, JsonWriter.write(described));
        return metadata;
    }

    /// The parameters with tables replaced by `sha256:` and the hash of their JSON form.
    public static Map<String, Object> brief(Map<String, Object> parameters) {
        Map<String, Object> brief = new LinkedHashMap<>();
        parameters.forEach((name, value) -> brief.put(
                name,
                value instanceof Map<?, ?>
                        ? "sha256:" + Hashes.of(JsonWriter.write(value).getBytes(StandardCharsets.UTF_8))
                        : value));
        return brief;
    }

    /// The choices of a request that shape its result, by option name; defaults are left out.
    static Map<String, Object> settings(MergeRequest request) {
        Map<String, Object> settings = new LinkedHashMap<>();
        if (!request.scope().include().isEmpty()) {
            settings.put("include", texts(request.scope().include()));
        }
        if (!request.scope().exclude().isEmpty()) {
            settings.put("exclude", texts(request.scope().exclude()));
        }
        if (request.allowed().missing()) {
            settings.put("allow-missing", true);
        }
        if (request.allowed().extra()) {
            settings.put("allow-extra", true);
        }
        if (request.allowed().nonfinite()) {
            settings.put("allow-nonfinite", true);
        }
        OutputForm form = request.form();
        if (form.dtype() != null) {
            settings.put("dtype", form.dtype().name().toLowerCase(Locale.ROOT));
        }
        if (form.singleFile() == null && form.maxShardBytes() != CheckpointLayout.DEFAULT_SHARD_BYTES) {
            settings.put("max-shard-size", form.maxShardBytes());
        }
        return settings;
    }

    private static List<String> texts(List<Pattern> patterns) {
        return patterns.stream().map(Pattern::pattern).toList();
    }
}
