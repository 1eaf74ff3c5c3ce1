package org.modelmerge.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.modelmerge.catalog.MethodCatalog;
import org.modelmerge.catalog.MethodEntry;
import org.modelmerge.catalog.MethodEntry.Parameter;
import org.modelmerge.error.MergeException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/// The options of all methods, as the catalogue lists them: a new method brings its options along. Values stay text;
/// the catalogue reads them and refuses what the chosen method lacks.
final class MethodOptions {
    /// The key of these options among a command's mixins.
    static final String KEY = "methods";

    static final String HEADING = "Method (merge methods METHOD explains its options)";

    /// What the catalogue says of a parameter that is on or off.
    private static final String FLAG_VALUES = "";

    private final Map<String, Object> values = new LinkedHashMap<>();
    private final @Nullable String only;

    /// The options of all methods.
    MethodOptions() {
        this(null);
    }

    private MethodOptions(@Nullable String only) {
        this.only = only;
    }

    /// The options of one method.
    static MethodOptions of(String method) {
        return new MethodOptions(method);
    }

    /// Adds one option per parameter name, whichever methods have it.
    void addTo(CommandSpec spec) {
        CommandSpec group = CommandSpec.create();
        owners().forEach((name, entries) -> {
            boolean wanted = only == null
                    || entries.stream().anyMatch(entry -> entry.name().equals(only));
            // What the command has of its own, such as --seed, means the same for every method.
            if (wanted && spec.findOption("--" + name) == null) {
                group.addOption(option(name, entries));
            }
        });
        spec.addMixin(KEY, group);
    }

    /// `--method` and the options of all methods, for help; empty for a command that does not merge.
    static List<OptionSpec> options(CommandSpec spec) {
        CommandSpec group = spec.mixins().get(KEY);
        if (group == null) {
            return List.of();
        }
        List<OptionSpec> options = new ArrayList<>();
        OptionSpec method = spec.findOption("--method");
        if (method != null) {
            options.add(method);
        }
        options.addAll(group.options());
        return options;
    }

    /// Keeps what was given.
    void take(ParseResult result) {
        for (String name : owners().keySet()) {
            if (result.hasMatchedOption("--" + name)) {
                values.put(name, result.<Object>matchedOptionValue("--" + name, ""));
            }
        }
    }

    /// What was given, by option name; files as paths below the working directory.
    Map<String, Object> given(Console console) throws MergeException {
        Map<String, Object> given = new LinkedHashMap<>(values);
        resolveFiles(given, console.directory());
        return given;
    }

    /// Makes the values that name files independent of where the process runs.
    static void resolveFiles(Map<String, Object> values, Path folder) throws MergeException {
        for (Map.Entry<String, List<MethodEntry>> owner : owners().entrySet()) {
            String name = owner.getKey();
            boolean isFile = parameter(owner.getValue().getFirst(), name).isFile();
            if (isFile && values.get(name) instanceof String path) {
                values.put(name, Words.path(folder, "--" + name, path).toString());
            }
        }
    }

    private static Map<String, List<MethodEntry>> owners() {
        Map<String, List<MethodEntry>> owners = new LinkedHashMap<>();
        for (MethodEntry entry : MethodCatalog.entries()) {
            for (Parameter parameter : entry.parameters()) {
                // Commands have one seed for everything random.
                if (!parameter.name().equals(Settings.SEED)) {
                    owners.computeIfAbsent(parameter.name(), _ -> new ArrayList<>())
                            .add(entry);
                }
            }
        }
        return owners;
    }

    private static OptionSpec option(String name, List<MethodEntry> entries) {
        Parameter first = parameter(entries.getFirst(), name);
        OptionSpec.Builder option = OptionSpec.builder("--" + name).description(description(name, entries));
        return first.values().equals(FLAG_VALUES)
                ? option.type(boolean.class).build()
                : option.type(String.class).paramLabel(first.values()).build();
    }

    /// For example `ties (20%), pcb (10%)`: who takes it, with which default.
    private static String description(String name, List<MethodEntry> entries) {
        List<String> owners = new ArrayList<>();
        for (MethodEntry entry : entries) {
            String byDefault = parameter(entry, name).defaultValue();
            owners.add(
                    byDefault.isEmpty() || byDefault.equals("false")
                            ? entry.name()
                            : entry.name() + " (" + byDefault + ")");
        }
        // The parser's descriptions are format strings.
        return String.join(", ", owners).replace("%", "%%");
    }

    private static Parameter parameter(MethodEntry entry, String name) {
        return entry.parameters().stream()
                .filter(parameter -> parameter.name().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
