package org.modelmerge.checkpoint;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.error.Printable;

/// The final name of one output, and what may be replaced there.
///
/// @param path as the caller spelt it, except that it ends in a real name
/// @param realPath the same place whatever the spelling
record OutputTarget(Path path, Path realPath, boolean isFolder, boolean force) {
    /// File systems take names of 255 bytes; the affixes of a staging folder need some of them.
    private static final int MAX_NAME_BYTES = 200;

    /// Names that a path may end with although no folder has an entry to rename under them.
    private static final Set<String> UNREAL_NAMES = Set.of("", ".", "..");

    private static final Pattern SUFFIX = Pattern.compile("[0-9a-f]{8}");

    /// @throws MergeException `NOT_FOUND` if the folder that is to hold the output does not exist
    static OutputTarget of(Storage storage, Path target, boolean isFolder, boolean force) throws MergeException {
        Path name = target.getFileName();
        Path named = target;
        if (name != null && UNREAL_NAMES.contains(name.toString())) {
            named = storage.realPath(target);
            name = named.getFileName();
        }
        if (name == null) {
            throw MergeException.of(ErrorCode.USAGE, "the root folder cannot be an output")
                    .inFile(target.toString());
        }
        Path parent = named.resolveSibling("");
        String shown = parent.toString().isEmpty() ? "." : parent.toString();
        String shownName = Printable.text(name.toString());
        switch (storage.kind(parent)) {
            case FOLDER -> {}
            case ABSENT ->
                throw MergeException.of(ErrorCode.NOT_FOUND, "no such folder, needed for the output " + shownName)
                        .inFile(shown);
            case FILE, OTHER ->
                throw MergeException.of(ErrorCode.NOT_FOUND, "not a folder, needed for the output " + shownName)
                        .inFile(shown);
        }
        return new OutputTarget(named, storage.realPath(parent).resolve(name), isFolder, force);
    }

    /// The folder that holds the output.
    Path parent() {
        return path.resolveSibling("");
    }

    /// A hidden name beside the target.
    Path stagingFolder(int random) {
        return path.resolveSibling(stagingPrefix() + HexFormat.of().toHexDigits(random));
    }

    /// True for the names that [#stagingFolder(int)] gives.
    boolean isStagingName(String name) {
        String prefix = stagingPrefix();
        return name.startsWith(prefix)
                && SUFFIX.matcher(name.substring(prefix.length())).matches();
    }

    private String stagingPrefix() {
        String name = realPath.getFileName().toString();
        if (name.getBytes(StandardCharsets.UTF_8).length > MAX_NAME_BYTES) {
            // A hash of the whole name, so that two long names with the same beginning stay apart.
            int end = name.length();
            while (name.substring(0, end).getBytes(StandardCharsets.UTF_8).length > MAX_NAME_BYTES) {
                end = name.offsetByCodePoints(end, -1);
            }
            name = name.substring(0, end) + "-" + HexFormat.of().toHexDigits(name.hashCode());
        }
        return "." + name + ".merge-";
    }

    /// @throws MergeException `USAGE` if both are the same place or one lies inside the other
    void requireApartFrom(OutputTarget other) throws MergeException {
        if (realPath.startsWith(other.realPath) || other.realPath.startsWith(realPath)) {
            throw MergeException.of(ErrorCode.USAGE, "two outputs lie at the same place or one inside the other")
                    .inFile(path.toString());
        }
    }

    /// @throws MergeException `OUTPUT_EXISTS` if something stands at the target that may not be replaced
    void requireReplaceable(Storage storage) throws MergeException {
        Storage.Kind found = storage.kind(path);
        if (found == Storage.Kind.ABSENT) {
            return;
        }
        if (!force) {
            throw exists("the output exists already", "pass --force to replace it");
        }
        if (isFolder) {
            if (found != Storage.Kind.FOLDER) {
                throw exists("got something else than a folder, expected a folder or nothing", "choose another output");
            }
            List<String> names = storage.list(path);
            if (!names.isEmpty() && names.stream().noneMatch(OutputTarget::isPartOfModel)) {
                throw exists(
                        "the folder does not look like a model and is not replaced (got " + names.size()
                                + " entries, expected one of *.safetensors, merge-recipe.yaml, twin.json among them)",
                        "choose another output, or delete the folder yourself");
            }
        } else if (found != Storage.Kind.FILE) {
            throw exists("got something else than a file, expected a file or nothing", "choose another output");
        }
    }

    private static boolean isPartOfModel(String name) {
        return name.endsWith(".safetensors") || name.equals("merge-recipe.yaml") || name.equals("twin.json");
    }

    private MergeException exists(String problem, String hint) {
        return MergeException.of(ErrorCode.OUTPUT_EXISTS, problem)
                .inFile(path.toString())
                .withHint(hint);
    }
}
