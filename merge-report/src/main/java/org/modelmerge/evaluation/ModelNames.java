package org.modelmerge.evaluation;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/// Short names of models for documents, none twice: the file without `.safetensors`, or the folder; the second of
/// a name gets `-2`.
public final class ModelNames {
    private static final String SUFFIX = ".safetensors";
    private static final String INDEX = ".safetensors.index.json";

    private final Set<String> taken = new HashSet<>();

    /// A name that this object has not given yet.
    public String next(Path model) {
        String stem = stem(model);
        String name = stem;
        for (int i = 2; !taken.add(name); i++) {
            name = stem + "-" + i;
        }
        return name;
    }

    private static String stem(Path model) {
        Path absolute = model.toAbsolutePath().normalize();
        Path last = absolute.toString().endsWith(INDEX) ? absolute.getParent() : absolute;
        Path fileName = last == null ? null : last.getFileName();
        if (fileName == null) {
            return "model";
        }
        String name = fileName.toString();
        return name.endsWith(SUFFIX) && name.length() > SUFFIX.length()
                ? name.substring(0, name.length() - SUFFIX.length())
                : name;
    }
}
