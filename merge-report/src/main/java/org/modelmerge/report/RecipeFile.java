package org.modelmerge.report;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.modelmerge.checkpoint.Storage;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.error.Printable;
import org.modelmerge.report.Recipe.Source;
import org.modelmerge.yaml.StrictYaml;
import org.modelmerge.yaml.Tree;

/// Recipes as YAML files: read strictly, written canonically.
public final class RecipeFile {
    private static final List<String> KEYS = List.of("modelmerge", "method", "base", "experts", "parameters", "output");

    private static final List<String> SOURCE_KEYS = List.of("path", "size", "sha256", "headerSha256");

    /// Paths further up than this are written absolute: such a relative path says less and breaks sooner.
    private static final int UP_LIMIT = 2;

    private RecipeFile() {}

    /// Reads a recipe and resolves its paths against the folder that it lies in.
    ///
    /// @throws MergeException as [#parse] does, and whatever `storage` throws
    public static Recipe read(Storage storage, Path file) throws MergeException {
        try {
            return resolved(
                    of(StrictYaml.read(storage, file)), file.toAbsolutePath().normalize());
        } catch (MergeException e) {
            throw e.inFile(file.toString());
        }
    }

    /// The recipe in `yaml`, with its paths as they stand there.
    ///
    /// @throws MergeException `MALFORMED`; `UNSUPPORTED_FORMAT` for a recipe of mergekit or of a later version
    public static Recipe parse(byte[] yaml) throws MergeException {
        return of(StrictYaml.parse(yaml));
    }

    private static Recipe of(@Nullable Object yaml) throws MergeException {
        Tree tree = Tree.of("", yaml);
        if (tree.has("merge_method")) {
            throw MergeException.of(ErrorCode.UNSUPPORTED_FORMAT, "a mergekit recipe (it has the key merge_method)")
                    .withHint("mergekit recipes are not supported; write one with merge ... --write-recipe FILE");
        }
        tree.allowOnly(KEYS);
        if (!tree.required("modelmerge").equals(1L)) {
            Object version = tree.required("modelmerge");
            if (version instanceof Long) {
                throw MergeException.of(
                        ErrorCode.UNSUPPORTED_FORMAT, "recipe version (got " + version + ", expected 1)");
            }
            throw Tree.wrongType("modelmerge", version, "1");
        }
        List<Source> experts = new ArrayList<>();
        if (tree.has("experts")) {
            for (Object expert : tree.list("experts")) {
                experts.add(source("experts[" + experts.size() + "]", expert));
            }
        }
        return new Recipe(
                tree.text("method"),
                tree.has("base") ? source("base", tree.required("base")) : null,
                experts,
                tree.has("parameters") ? tree.object("parameters").values() : Map.of(),
                tree.has("output") ? nonEmpty("output", tree.text("output")) : null);
    }

    private static Source source(String place, @Nullable Object value) throws MergeException {
        if (!(value instanceof Map)) {
            return Source.of(nonEmpty(place, Tree.text(place, value)));
        }
        Tree tree = Tree.of(place, value);
        tree.allowOnly(SOURCE_KEYS);
        return new Source(
                nonEmpty(tree.key("path"), tree.text("path")),
                tree.has("size") ? tree.count("size") : null,
                tree.has("sha256") ? tree.object("sha256").hashes() : Map.of(),
                tree.has("headerSha256") ? tree.sha256("headerSha256") : null);
    }

    private static String nonEmpty(String place, String path) throws MergeException {
        if (path.isEmpty() || path.indexOf('\0') >= 0) {
            throw Tree.wrongType(place, path, "a path");
        }
        return path;
    }

    private static Recipe resolved(Recipe recipe, Path file) throws MergeException {
        List<Source> experts = new ArrayList<>();
        for (Source expert : recipe.experts()) {
            experts.add(resolved(expert, file));
        }
        Source base = recipe.base();
        String output = recipe.output();
        return new Recipe(
                recipe.method(),
                base == null ? null : resolved(base, file),
                experts,
                recipe.parameters(),
                output == null ? null : resolved(output, file));
    }

    private static Source resolved(Source source, Path file) throws MergeException {
        return new Source(resolved(source.path(), file), source.sizeBytes(), source.sha256(), source.headerSha256());
    }

    private static String resolved(String path, Path file) throws MergeException {
        try {
            return file.resolveSibling(path).toString();
        } catch (InvalidPathException e) {
            throw MergeException.of(ErrorCode.MALFORMED, "not a path on this system: " + Printable.text(path), e);
        }
    }

    /// The path as a recipe at `recipeFile` writes it: relative where it lies below or near the recipe's folder, else
    /// absolute, because a path relative to anything else would name another file.
    public static String relativePath(Path recipeFile, Path path) {
        Path folder = recipeFile.toAbsolutePath().normalize().getParent();
        Path target = path.toAbsolutePath().normalize();
        if (folder == null || !target.getRoot().equals(folder.getRoot())) {
            return target.toString();
        }
        Path relative = folder.relativize(target);
        boolean far = relative.getNameCount() > UP_LIMIT
                && relative.getName(UP_LIMIT).toString().equals("..");
        String text = far ? target.toString() : relative.toString();
        return text.isEmpty() ? "." : text.replace(java.io.File.separatorChar, '/');
    }

    /// The canonical text: equal recipes give equal bytes, and [#parse] gives the recipe back.
    public static String write(Recipe recipe) {
        StringBuilder yaml = new StringBuilder("modelmerge: 1\n");
        yaml.append("method: ").append(YamlText.text(recipe.method())).append('\n');
        Source base = recipe.base();
        if (base != null) {
            yaml.append("base:");
            writeSource(yaml, base, " ", "\n  ");
        }
        if (!recipe.experts().isEmpty()) {
            yaml.append("experts:\n");
            for (Source expert : recipe.experts()) {
                yaml.append("  -");
                writeSource(yaml, expert, " ", " ");
            }
        }
        if (!recipe.parameters().isEmpty()) {
            yaml.append("parameters:\n");
            recipe.parameters().forEach((name, value) -> yaml.append("  ")
                    .append(YamlText.text(name))
                    .append(": ")
                    .append(YamlText.value(value))
                    .append('\n'));
        }
        String output = recipe.output();
        if (output != null) {
            yaml.append("output: ").append(YamlText.text(output)).append('\n');
        }
        return yaml.toString();
    }

    /// @param alone stands before a path without size and hashes
    /// @param first stands before the first key of a mapping
    private static void writeSource(StringBuilder yaml, Source source, String alone, String first) {
        Long size = source.sizeBytes();
        String header = source.headerSha256();
        String path = YamlText.text(source.path());
        if (size == null && header == null && source.sha256().isEmpty()) {
            yaml.append(alone).append(path).append('\n');
            return;
        }
        String indent = first.equals(" ") ? "    " : "  ";
        yaml.append(first).append("path: ").append(path).append('\n');
        if (size != null) {
            yaml.append(indent).append("size: ").append(size).append('\n');
        }
        if (!source.sha256().isEmpty()) {
            yaml.append(indent).append("sha256:\n");
            source.sha256().forEach((file, hex) -> yaml.append(indent)
                    .append("  ")
                    .append(YamlText.text(file))
                    .append(": ")
                    .append(YamlText.text(hex))
                    .append('\n'));
        }
        if (header != null) {
            yaml.append(indent)
                    .append("headerSha256: ")
                    .append(YamlText.text(header))
                    .append('\n');
        }
    }
}
