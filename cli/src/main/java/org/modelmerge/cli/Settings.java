package org.modelmerge.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.modelmerge.catalog.MethodCatalog;
import org.modelmerge.checkpoint.CheckpointLayout;
import org.modelmerge.checkpoint.DType;
import org.modelmerge.checkpoint.NameFilter;
import org.modelmerge.engine.MergeRequest;
import org.modelmerge.engine.MergeRequest.Allowed;
import org.modelmerge.engine.MergeRequest.Hashing;
import org.modelmerge.engine.MergeRequest.OutputForm;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.error.Printable;

/// The choices of a merge by option name, from flags, a recipe, or both: text as on the command line, or the typed
/// values of a recipe. What is not a choice of the engine is a parameter of the method.
final class Settings {
    static final String INCLUDE = "include";
    static final String EXCLUDE = "exclude";
    static final String ALLOW_MISSING = "allow-missing";
    static final String ALLOW_EXTRA = "allow-extra";
    static final String ALLOW_NONFINITE = "allow-nonfinite";
    static final String DTYPE = "dtype";
    static final String MAX_SHARD_SIZE = "max-shard-size";
    static final String HASH_INPUTS = "hash-inputs";
    static final String THREADS = "threads";
    static final String MAX_MEMORY = "max-memory";
    static final String SLICE_ELEMENTS = "slice-elements";
    /// Of what is random; the recipe of any method may have it.
    static final String SEED = "seed";

    private static final Set<String> ENGINE = Set.of(
            INCLUDE,
            EXCLUDE,
            ALLOW_MISSING,
            ALLOW_EXTRA,
            ALLOW_NONFINITE,
            DTYPE,
            MAX_SHARD_SIZE,
            HASH_INPUTS,
            THREADS,
            MAX_MEMORY,
            SLICE_ELEMENTS,
            SEED);

    private static final List<String> DTYPES = List.of("base", "f32", "f16", "bf16", "f64");
    static final int MAX_THREADS = 1024;
    private static final int MAX_SLICE_ELEMENTS = 1 << 22;

    private final Map<String, Object> values;
    private final Set<String> flags;
    private final @Nullable Path recipe;

    private Settings(Map<String, Object> values, Set<String> flags, @Nullable Path recipe) {
        this.values = values;
        this.flags = flags;
        this.recipe = recipe;
    }

    /// Choices that were all given as flags.
    static Settings ofFlags(Map<String, Object> values) {
        return new Settings(values, values.keySet(), null);
    }

    /// A recipe's choices, and flags that win.
    ///
    /// @param recipe where the other choices stand, null if the method is not the recipe's
    static Settings ofRecipe(Map<String, Object> values, Map<String, Object> flags, @Nullable Path recipe) {
        Map<String, Object> all = new LinkedHashMap<>(values);
        all.putAll(flags);
        return new Settings(all, flags.keySet(), flags.isEmpty() ? recipe : null);
    }

    static void addIfGiven(Map<String, Object> values, String name, @Nullable Object value) {
        boolean absent = value == null || value.equals(false) || (value instanceof List<?> list && list.isEmpty());
        if (value != null && !absent) {
            values.put(name, value);
        }
    }

    /// The values without those that only a method has.
    static Map<String, Object> withoutMethod(Map<String, Object> values) {
        Map<String, Object> ofEngine = new LinkedHashMap<>(values);
        ofEngine.keySet().retainAll(ENGINE);
        return ofEngine;
    }

    /// The same choices with other values for the method.
    Settings withMethod(Map<String, Object> ofMethod) {
        Map<String, Object> all = withoutMethod(values);
        all.putAll(ofMethod);
        return new Settings(all, flags, recipe);
    }

    /// The values that only a method has.
    Map<String, Object> ofMethod() {
        Map<String, Object> ofMethod = new LinkedHashMap<>(values);
        ofMethod.keySet().removeAll(ENGINE);
        return ofMethod;
    }

    /// The seed of everything random.
    long seed() throws MergeException {
        String text = text(SEED);
        return text == null ? 0 : Words.seed(text);
    }

    /// The merge that these choices ask for.
    ///
    /// @param singleFile the name of the output if it is one file, which no shard size splits; else null
    /// @throws MergeException `USAGE`; `MALFORMED` if the values are a recipe's alone
    MergeRequest request(String method, Path base, List<Path> experts, @Nullable String singleFile, boolean statistics)
            throws MergeException {
        try {
            return build(method, base, experts, singleFile, statistics);
        } catch (MergeException e) {
            throw recipe == null ? e : inRecipe(e, recipe);
        }
    }

    /// A bad value in a recipe is the recipe's fault, not the command line's.
    static MergeException inRecipe(MergeException fault, Path recipe) {
        return fault.code() == ErrorCode.USAGE
                ? MergeException.of(ErrorCode.MALFORMED, fault.problem(), fault).inFile(recipe.toString())
                : fault;
    }

    private MergeRequest build(
            String method, Path base, List<Path> experts, @Nullable String singleFile, boolean statistics)
            throws MergeException {
        Map<String, Object> parameters = ofMethod();
        if (values.get(SEED) != null && isRandom(method)) {
            parameters.put(SEED, values.get(SEED));
        }
        return MergeRequest.of(MethodCatalog.create(method, parameters), base, experts)
                .withScope(new NameFilter(patterns(INCLUDE), patterns(EXCLUDE)))
                .withAllowed(new Allowed(flag(ALLOW_MISSING), flag(ALLOW_EXTRA), flag(ALLOW_NONFINITE)))
                .withForm(form(singleFile))
                .withLimits(limits())
                .withStatistics(statistics)
                .withHashing(flag(HASH_INPUTS) ? Hashing.EVERYTHING : Hashing.OUTPUTS);
    }

    private static boolean isRandom(String method) throws MergeException {
        return MethodCatalog.entry(method).parameters().stream()
                .anyMatch(parameter -> parameter.name().equals(SEED));
    }

    /// Dtype and files of the output.
    ///
    /// @param singleFile the name of the output if it is one file, else null
    OutputForm form(@Nullable String singleFile) throws MergeException {
        // The recipe of a folder may be run into one file, where its shard size plays no part.
        if (singleFile != null && flags.contains(MAX_SHARD_SIZE)) {
            throw Words.usage("--max-shard-size", "the output is one file, which has no shards");
        }
        return new OutputForm(dtype(), singleFile, size(MAX_SHARD_SIZE, CheckpointLayout.DEFAULT_SHARD_BYTES));
    }

    /// What the machine may be asked for.
    MergeRequest.Limits limits() throws MergeException {
        String threads = text(THREADS);
        String slice = text(SLICE_ELEMENTS);
        return new MergeRequest.Limits(
                threads == null ? 0 : Words.count("--" + THREADS, threads, 1, MAX_THREADS),
                size(MAX_MEMORY, 0),
                slice == null
                        ? MergeRequest.Limits.DEFAULT.sliceElements()
                        : Words.count("--" + SLICE_ELEMENTS, slice, 1, MAX_SLICE_ELEMENTS));
    }

    private @Nullable DType dtype() throws MergeException {
        String text = text(DTYPE);
        String word = text == null ? "base" : Words.choice("--" + DTYPE, text, DTYPES);
        return word.equals("base") ? null : DType.named(word.toUpperCase(Locale.ROOT));
    }

    private long size(String option, long byDefault) throws MergeException {
        String text = text(option);
        return text == null ? byDefault : Words.size("--" + option, text);
    }

    private List<Pattern> patterns(String option) throws MergeException {
        Object value = values.get(option);
        List<?> texts = value == null ? List.of() : value instanceof List<?> list ? list : List.of(value);
        List<Pattern> patterns = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (Object text : texts) {
            if (seen.add(text.toString())) {
                patterns.add(Words.pattern("--" + option, text.toString()));
            }
        }
        return patterns;
    }

    private boolean flag(String option) throws MergeException {
        return switch (values.get(option)) {
            case null -> false;
            case Boolean bool -> bool;
            case Object other -> throw Words.usage("--" + option, "got " + shown(other) + ", expected true or false");
        };
    }

    private @Nullable String text(String option) throws MergeException {
        return switch (values.get(option)) {
            case null -> null;
            case String text -> text;
            case Number number -> number.toString();
            case Object other ->
                throw MergeException.of(
                        ErrorCode.USAGE, "--" + option + ": got " + shown(other) + ", expected one value");
        };
    }

    private static String shown(Object value) {
        return Printable.text(value.toString());
    }
}
