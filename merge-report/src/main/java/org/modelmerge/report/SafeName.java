package org.modelmerge.report;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.error.Printable;

/// A file name that a document gives, held inside its folder.
final class SafeName {
    private SafeName() {}

    /// @param document the file that gives the name
    /// @throws MergeException `MALFORMED` if it is more than a name
    static String of(String name, Path document) throws MergeException {
        try {
            Path path = Path.of(name);
            if (path.getNameCount() == 1
                    && !path.isAbsolute()
                    && !name.equals("..")
                    && !name.equals(".")
                    && !name.isEmpty()) {
                return name;
            }
        } catch (InvalidPathException _) {
            // Refused below: no file here can have this name.
        }
        throw MergeException.of(ErrorCode.MALFORMED, "got " + Printable.text(name) + ", expected a file name")
                .inFile(document.toString());
    }
}
