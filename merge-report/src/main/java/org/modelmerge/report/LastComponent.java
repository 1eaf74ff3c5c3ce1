package org.modelmerge.report;

/// The last component of a path, the only part of it that documents may show.
final class LastComponent {
    private LastComponent() {}

    /// The text after the last separator, trailing separators ignored.
    ///
    /// Works on text, because `Path.of` throws for names that the platform's encoding lacks.
    ///
    /// @param fallback for paths that name nothing by themselves: empty, `/`, `.`, `..`
    static String of(String path, String fallback) {
        int end = path.length();
        while (end > 0 && isSeparator(path.charAt(end - 1))) {
            end--;
        }
        int begin = end;
        while (begin > 0 && !isSeparator(path.charAt(begin - 1))) {
            begin--;
        }
        String last = path.substring(begin, end);
        return last.isEmpty() || last.equals(".") || last.equals("..") ? fallback : last;
    }

    private static boolean isSeparator(char c) {
        return c == '/' || c == java.io.File.separatorChar;
    }
}
