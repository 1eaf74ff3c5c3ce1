package org.modelmerge.report;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.modelmerge.error.MergeException;
import org.modelmerge.yaml.Tree;

/// What `merge run` needs to merge again. [RecipeFile] reads and writes it.
///
/// @param method name in the catalogue
/// @param base null if the caller of `merge run` names it
/// @param experts in task order; empty if the caller of `merge run` names them
/// @param parameters values of options by option name, the method's and [#SETTINGS]
/// @param output null if the caller chooses it
public record Recipe(
        String method,
        @Nullable Source base,
        List<Source> experts,
        Map<String, Object> parameters,
        @Nullable String output) {
    /// The main command's own options that shape a result; a recipe may hold them whatever its method.
    public static final List<String> SETTINGS = List.of(
            "dtype", "include", "exclude", "allow-missing", "allow-extra", "allow-nonfinite", "max-shard-size", "seed");

    public Recipe {
        experts = List.copyOf(experts);
        parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
    }

    /// One model.
    ///
    /// @param path as in the file
    /// @param sizeBytes of all its shards, null if not recorded
    /// @param sha256 file name to hex of the whole file, empty if not recorded
    /// @param headerSha256 of its headers, null if not recorded
    public record Source(
            String path,
            @Nullable Long sizeBytes,
            Map<String, String> sha256,
            @Nullable String headerSha256) {
        public Source {
            sha256 = Collections.unmodifiableMap(new TreeMap<>(sha256));
        }

        /// A path alone.
        public static Source of(String path) {
            return new Source(path, null, Map.of(), null);
        }
    }

    /// The recipe that an output folder and its card hold: models by last path component, size and hash, tables by the
    /// name of their file in the folder, no output.
    public static Recipe of(MergeReport report) {
        List<Source> sources = new ArrayList<>();
        for (MergeReport.Input input : report.inputs()) {
            String header = input.sha256().isEmpty() ? input.headerSha256() : null;
            sources.add(new Source(input.file(), input.sizeBytes(), input.sha256(), header));
        }
        Map<String, Object> parameters = new LinkedHashMap<>(report.method().parameters());
        parameters.replaceAll((name, value) -> value instanceof Map<?, ?> ? tableFile(name) : value);
        report.settings().forEach(parameters::putIfAbsent);
        return new Recipe(
                report.method().name(), sources.getFirst(), sources.subList(1, sources.size()), parameters, null);
    }

    /// The name of the file in an output folder that holds a parameter which is a table.
    static String tableFile(String parameter) {
        return "merge-" + parameter + ".json";
    }

    /// Refuses parameters that neither the method nor the main command has.
    ///
    /// @param methodOptions the option names of the method
    /// @throws MergeException `MALFORMED`, naming the nearest
    public void checkParameters(Collection<String> methodOptions) throws MergeException {
        List<String> known = new ArrayList<>(methodOptions);
        known.addAll(SETTINGS);
        for (String name : parameters.keySet()) {
            if (!known.contains(name)) {
                throw Tree.unknown("parameters." + name, name, known);
            }
        }
    }
}
