package org.modelmerge.checkpoint;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.modelmerge.error.MergeException;

/// Every file operation of modelmerge goes through here, so that tests can fail or halt each one.
///
/// [LocalStorage] is the local file system. Exceptions carry no file name where the caller knows a better one; all
/// others name it.
public interface Storage {
    /// What stands at a path, links followed.
    enum Kind {
        ABSENT,
        FILE,
        FOLDER,
        OTHER
    }

    /// What stands at `path`, links followed; a dangling link is absent.
    Kind kind(Path path) throws MergeException;

    /// The path with all links resolved.
    Path realPath(Path path) throws MergeException;

    /// Whether both existing paths are one file or folder, also by a hard link where the system can tell.
    default boolean isSame(Path first, Path second) throws MergeException {
        return realPath(first).equals(realPath(second));
    }

    /// The names in a folder, sorted by code point.
    List<String> list(Path folder) throws MergeException;

    /// Opens a regular file for reading and never blocks on anything else.
    ///
    /// @throws MergeException `NOT_FOUND`, `NOT_REGULAR`, `PERMISSION` or `IO`
    RangeSource open(Path file) throws MergeException;

    /// Creates a new file that must not exist.
    ShardSink create(Path file) throws MergeException;

    /// Creates a new file of these bytes, forced to the device.
    default void write(Path file, byte[] bytes) throws MergeException {
        try (ShardSink sink = create(file)) {
            sink.write(ByteBuffer.wrap(bytes), 0);
            sink.force(bytes.length);
        }
    }

    /// Creates a folder that must not exist.
    void createFolder(Path folder) throws MergeException;

    /// Takes an exclusive lock by creating or opening `file`; null if another process holds it.
    @Nullable
    Lock tryLock(Path file) throws MergeException;

    /// Gives `existing` a second name that must not exist. Where the file system has no links, moves it instead.
    ///
    /// @throws MergeException `OUTPUT_EXISTS` if the name is taken
    void link(Path existing, Path name) throws MergeException;

    /// Renames atomically, replacing a file (never a non-empty folder) at `target`.
    void move(Path source, Path target) throws MergeException;

    /// Renames a folder to a name that must not exist.
    ///
    /// @throws MergeException `OUTPUT_EXISTS` if the name is taken
    void moveFolder(Path source, Path target) throws MergeException;

    /// Exchanges two names atomically.
    ///
    /// @return false if the system cannot
    boolean exchange(Path first, Path second) throws MergeException;

    /// Deletes a file or a whole folder without following links; absence is no error.
    void delete(Path path) throws MergeException;

    /// Forces a folder's entries to the device, where the system can.
    void forceFolder(Path folder) throws MergeException;

    /// A lock that ends with [#close()] or with the process.
    interface Lock extends AutoCloseable {
        @Override
        void close();
    }
}
