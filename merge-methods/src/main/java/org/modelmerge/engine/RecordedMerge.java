package org.modelmerge.engine;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;
import org.modelmerge.checkpoint.CheckpointLayout;
import org.modelmerge.checkpoint.DType;
import org.modelmerge.checkpoint.NameFilter;
import org.modelmerge.engine.MergeRequest.Allowed;
import org.modelmerge.engine.MergeRequest.OutputForm;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.error.Printable;
import org.modelmerge.json.StrictJson;
import org.modelmerge.method.MergeMethod;

/// What an output's header says about how it was made, read back: the reverse of [Provenance].
///
/// The header is no more than a claim; nothing in it is a path that may be opened.
///
/// @param version the version of modelmerge that wrote it
/// @param method name in the catalogue
/// @param parameters by option name; a table is the text `sha256:` and the hash of its JSON form
/// @param settings the other choices, by option name
/// @param inputNames base first
public record RecordedMerge(
        String version,
        String method,
        Map<String, Object> parameters,
        Map<String, Object> settings,
        List<String> inputNames) {
    private static final String TABLE_PREFIX = "sha256:";

    /// Reads an output's metadata.
    ///
    /// @return null if it says nothing
    /// @throws MergeException `MALFORMED` if it cannot be understood
    public static @Nullable RecordedMerge of(Map<String, String> metadata) throws MergeException {
        String version = metadata.get(Provenance.VERSION);
        String method = metadata.get(Provenance.METHOD);
        if (version == null || method == null) {
            return null;
        }
        List<String> names = new ArrayList<>();
        if (!(parse(metadata, Provenance.INPUTS) instanceof List<?> inputs)) {
            throw malformed(Provenance.INPUTS);
        }
        for (Object input : inputs) {
            if (!(input instanceof Map<?, ?> members) || !(members.get("name") instanceof String name)) {
                throw malformed(Provenance.INPUTS);
            }
            names.add(name);
        }
        return new RecordedMerge(
                version,
                method,
                object(metadata, Provenance.PARAMETERS),
                object(metadata, Provenance.SETTINGS),
                List.copyOf(names));
    }

    /// The parameters that are tables, with the hashes of their JSON forms.
    public Map<String, String> tableHashes() {
        Map<String, String> hashes = new LinkedHashMap<>();
        parameters.forEach((name, value) -> {
            if (value instanceof String text && text.startsWith(TABLE_PREFIX)) {
                hashes.put(name, text.substring(TABLE_PREFIX.length()));
            }
        });
        return hashes;
    }

    /// The same merge asked for again.
    ///
    /// @param again the method with its parameters
    /// @param singleFile the name of the output if it is one file, else null
    /// @throws MergeException `MALFORMED` for settings that this version does not know
    public MergeRequest request(MergeMethod again, Path base, List<Path> experts, @Nullable String singleFile)
            throws MergeException {
        Map<String, Object> rest = new LinkedHashMap<>(settings);
        NameFilter scope = new NameFilter(patterns(rest.remove("include")), patterns(rest.remove("exclude")));
        Allowed allowed = new Allowed(
                flag(rest.remove("allow-missing")),
                flag(rest.remove("allow-extra")),
                flag(rest.remove("allow-nonfinite")));
        OutputForm form =
                new OutputForm(dtype(rest.remove("dtype")), singleFile, shardBytes(rest.remove("max-shard-size")));
        if (!rest.isEmpty()) {
            throw MergeException.of(
                    ErrorCode.MALFORMED,
                    "its header has the unknown setting "
                            + Printable.text(rest.keySet().iterator().next()));
        }
        return MergeRequest.of(again, base, experts)
                .withScope(scope)
                .withAllowed(allowed)
                .withForm(form)
                .withStatistics(false);
    }

    private static List<Pattern> patterns(@Nullable Object value) throws MergeException {
        List<Pattern> patterns = new ArrayList<>();
        if (value != null && !(value instanceof List<?>)) {
            throw malformed(Provenance.SETTINGS);
        }
        for (Object text : value instanceof List<?> list ? list : List.of()) {
            try {
                patterns.add(Pattern.compile(String.valueOf(text)));
            } catch (PatternSyntaxException _) {
                throw malformed(Provenance.SETTINGS);
            }
        }
        return patterns;
    }

    private static boolean flag(@Nullable Object value) throws MergeException {
        return switch (value) {
            case null -> false;
            case Boolean flag -> flag;
            default -> throw malformed(Provenance.SETTINGS);
        };
    }

    private static @Nullable DType dtype(@Nullable Object value) throws MergeException {
        DType dtype = value == null ? null : DType.named(value.toString().toUpperCase(Locale.ROOT));
        if (value != null && (dtype == null || !dtype.isFloat())) {
            throw malformed(Provenance.SETTINGS);
        }
        return dtype;
    }

    private static long shardBytes(@Nullable Object value) throws MergeException {
        return switch (value) {
            case null -> CheckpointLayout.DEFAULT_SHARD_BYTES;
            case Long bytes when bytes > 0 -> bytes;
            default -> throw malformed(Provenance.SETTINGS);
        };
    }

    private static Map<String, Object> object(Map<String, String> metadata, String key) throws MergeException {
        if (!(parse(metadata, key) instanceof Map<?, ?> members)) {
            throw malformed(key);
        }
        Map<String, Object> object = new LinkedHashMap<>();
        for (Map.Entry<?, ?> member : members.entrySet()) {
            Object value = member.getValue();
            if (value == null) {
                throw malformed(key);
            }
            object.put((String) member.getKey(), value);
        }
        return object;
    }

    private static @Nullable Object parse(Map<String, String> metadata, String key) throws MergeException {
        String text = metadata.get(key);
        if (text == null) {
            throw malformed(key);
        }
        try {
            return StrictJson.parse(text.getBytes(StandardCharsets.UTF_8));
        } catch (MergeException _) {
            throw malformed(key);
        }
    }

    private static MergeException malformed(String key) {
        return MergeException.of(ErrorCode.MALFORMED, "its header has no readable " + key);
    }
}
