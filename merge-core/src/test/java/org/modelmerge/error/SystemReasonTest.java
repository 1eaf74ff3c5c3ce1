package org.modelmerge.error;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class SystemReasonTest {
    static Stream<Arguments> refusals() {
        return Stream.of(
                Arguments.of(new NoSuchFileException("/f"), ErrorCode.NOT_FOUND, "no such file or folder"),
                Arguments.of(new AccessDeniedException("/f"), ErrorCode.PERMISSION, "permission denied"),
                Arguments.of(refused("Operation not permitted"), ErrorCode.PERMISSION, "operation not permitted"),
                Arguments.of(refused("Read-only file system"), ErrorCode.PERMISSION, "read-only file system"),
                Arguments.of(new FileAlreadyExistsException("/f"), ErrorCode.OUTPUT_EXISTS, "it exists already"),
                Arguments.of(new IOException("No space left on device"), ErrorCode.NO_SPACE, "no space left on device"),
                Arguments.of(new IOException("Disk quota exceeded"), ErrorCode.NO_SPACE, "disk quota exceeded"),
                Arguments.of(new IOException("File too large"), ErrorCode.NO_SPACE, "file size limit exceeded"),
                Arguments.of(
                        refused("Too many open files"),
                        ErrorCode.IO,
                        "too many open files (ulimit -n raises the limit)"),
                Arguments.of(refused("File name too long"), ErrorCode.IO, "the file name is too long"),
                Arguments.of(refused("Is a directory"), ErrorCode.IO, "it is a folder"),
                Arguments.of(refused("Not a directory"), ErrorCode.IO, "a part of the path is not a folder"),
                Arguments.of(new NotDirectoryException("/f"), ErrorCode.IO, "it is not a folder"),
                Arguments.of(new DirectoryNotEmptyException("/f"), ErrorCode.IO, "the folder is not empty"),
                Arguments.of(
                        refused("Too many levels of symbolic links or unable to access attributes of symbolic link"),
                        ErrorCode.IO,
                        "too many levels of symbolic links"),
                Arguments.of(new ClosedByInterruptException(), ErrorCode.CANCELLED, "interrupted"),
                Arguments.of(new AsynchronousCloseException(), ErrorCode.CANCELLED, "interrupted"),
                Arguments.of(new IOException("Input/output\nerror"), ErrorCode.IO, "Input/output\\u000aerror"),
                Arguments.of(refused(null), ErrorCode.IO, "I/O error"));
    }

    private static FileSystemException refused(@Nullable String reason) {
        return new FileSystemException("/folder/no space left on device", null, reason);
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void tellsRefusalsApart(IOException cause, ErrorCode code, String text) {
        MergeException failure = MergeException.ofIo("cannot do it", cause);

        assertThat(failure.code()).isEqualTo(code);
        assertThat(failure).hasMessage("cannot do it: " + text).hasCause(cause);
    }
}
