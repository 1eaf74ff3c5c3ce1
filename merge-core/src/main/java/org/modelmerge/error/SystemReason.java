package org.modelmerge.error;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Why the system refused, from the exception's type where Java has one, else from the system's message.
///
/// Java keeps the error number to itself, so the message is all there is; a message in another language than English
/// stays `IO` and is shown as it is.
record SystemReason(ErrorCode code, String text) {
    private static final List<Known> KNOWN = List.of(
            new Known("permission denied", ErrorCode.PERMISSION, "permission denied"),
            new Known("operation not permitted", ErrorCode.PERMISSION, "operation not permitted"),
            new Known("read-only file system", ErrorCode.PERMISSION, "read-only file system"),
            new Known("no space left", ErrorCode.NO_SPACE, "no space left on device"),
            new Known("not enough space", ErrorCode.NO_SPACE, "no space left on device"),
            new Known("quota exceeded", ErrorCode.NO_SPACE, "disk quota exceeded"),
            new Known("file too large", ErrorCode.NO_SPACE, "file size limit exceeded"),
            new Known("too many levels of symbolic links", ErrorCode.IO, "too many levels of symbolic links"),
            new Known("too many open files", ErrorCode.IO, "too many open files (ulimit -n raises the limit)"),
            new Known("file name too long", ErrorCode.IO, "the file name is too long"),
            new Known("is a directory", ErrorCode.IO, "it is a folder"),
            new Known("not a directory", ErrorCode.IO, "a part of the path is not a folder"),
            new Known("directory not empty", ErrorCode.IO, "the folder is not empty"),
            new Known("cross-device link", ErrorCode.IO, "the two names lie on different file systems"));

    static SystemReason of(IOException cause) {
        return switch (cause) {
            case NoSuchFileException _ -> new SystemReason(ErrorCode.NOT_FOUND, "no such file or folder");
            case AccessDeniedException _ -> new SystemReason(ErrorCode.PERMISSION, "permission denied");
            case FileAlreadyExistsException _ -> new SystemReason(ErrorCode.OUTPUT_EXISTS, "it exists already");
            case DirectoryNotEmptyException _ -> new SystemReason(ErrorCode.IO, "the folder is not empty");
            case NotDirectoryException _ -> new SystemReason(ErrorCode.IO, "it is not a folder");
            case FileSystemLoopException _ -> new SystemReason(ErrorCode.IO, "too many levels of symbolic links");
            case AtomicMoveNotSupportedException _ ->
                new SystemReason(ErrorCode.IO, "the file system cannot do it atomically");
            // An interrupt closes a channel under all threads that use it; nothing else closes one in use.
            case ClosedChannelException _ -> new SystemReason(ErrorCode.CANCELLED, "interrupted");
            // The message of a FileSystemException starts with the file, which is named elsewhere.
            case FileSystemException refused -> ofMessage(refused.getReason());
            default -> ofMessage(cause.getMessage());
        };
    }

    private static SystemReason ofMessage(@Nullable String message) {
        if (message == null) {
            return new SystemReason(ErrorCode.IO, "I/O error");
        }
        String lowerCase = message.toLowerCase(Locale.ROOT);
        for (Known known : KNOWN) {
            if (lowerCase.contains(known.part())) {
                return new SystemReason(known.code(), known.text());
            }
        }
        return new SystemReason(ErrorCode.IO, Printable.text(message));
    }

    private record Known(String part, ErrorCode code, String text) {}
}
