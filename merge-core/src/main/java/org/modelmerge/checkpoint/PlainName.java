package org.modelmerge.checkpoint;

import org.jspecify.annotations.Nullable;

/// Names of files that come out of other files: they must not lead out of a folder.
public final class PlainName {
    private PlainName() {}

    /// Why `name` is not the plain name of a file in a folder, or null if it is.
    ///
    /// The rules are those of all systems at once: what is a separator or a drive on one is refused on every other
    /// too.
    public static @Nullable String faultOf(String name) {
        if (name.isEmpty()) {
            return "it is empty";
        }
        if (name.equals(".") || name.equals("..")) {
            return "it names a folder";
        }
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c == '/' || c == '\\') {
                return "it has a separator";
            }
            if (c == ':') {
                return "it has a colon";
            }
            if (Character.isISOControl(c)) {
                return "it has a control character";
            }
        }
        return null;
    }
}
