package org.modelmerge.checkpoint;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.error.Printable;

/// The local file system.
public final class LocalStorage implements Storage {
    /// The one instance.
    public static final LocalStorage INSTANCE = new LocalStorage();

    // POSIX drops a process's locks on a file when *any* of its descriptors for it is closed, so a second attempt
    // within this JVM must not even open the file.
    private final Set<Path> locked = ConcurrentHashMap.newKeySet();

    private LocalStorage() {}

    @Override
    public Kind kind(Path path) throws MergeException {
        try {
            BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
            if (attributes.isRegularFile()) {
                return Kind.FILE;
            }
            return attributes.isDirectory() ? Kind.FOLDER : Kind.OTHER;
        } catch (NoSuchFileException _) {
            return Kind.ABSENT;
        } catch (IOException e) {
            throw MergeException.ofIo("cannot look at it", e).inFile(path.toString());
        }
    }

    @Override
    public Path realPath(Path path) throws MergeException {
        try {
            return path.toRealPath();
        } catch (IOException e) {
            throw MergeException.ofIo("cannot resolve", e).inFile(path.toString());
        }
    }

    @Override
    public boolean isSame(Path first, Path second) throws MergeException {
        try {
            return Files.isSameFile(first, second);
        } catch (IOException e) {
            throw MergeException.ofIo("cannot compare with " + second, e).inFile(first.toString());
        }
    }

    @Override
    public List<String> list(Path folder) throws MergeException {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
            for (Path entry : entries) {
                names.add(entry.getFileName().toString());
            }
        } catch (DirectoryIteratorException e) {
            IOException cause = Objects.requireNonNull(e.getCause());
            throw MergeException.ofIo("cannot list", cause).inFile(folder.toString());
        } catch (IOException e) {
            throw MergeException.ofIo("cannot list", e).inFile(folder.toString());
        }
        names.sort(CodePointOrder.INSTANCE);
        return names;
    }

    @Override
    public RangeSource open(Path file) throws MergeException {
        return FileSource.open(file);
    }

    @Override
    public ShardSink create(Path file) throws MergeException {
        return FileSink.create(file);
    }

    @Override
    public void createFolder(Path folder) throws MergeException {
        try {
            Files.createDirectory(folder);
        } catch (IOException e) {
            throw MergeException.ofIo("cannot create the folder", e).inFile(folder.toString());
        }
    }

    @Override
    public @Nullable Lock tryLock(Path file) throws MergeException {
        try {
            Path folder = file.toAbsolutePath().getParent();
            Path key = folder == null ? file : folder.toRealPath().resolve(file.getFileName());
            if (!locked.add(key)) {
                return null;
            }
            Lock lock = null;
            try {
                lock = tryLock(file, key);
            } finally {
                if (lock == null) {
                    locked.remove(key);
                }
            }
            return lock;
        } catch (IOException e) {
            throw MergeException.ofIo("cannot lock", e).inFile(file.toString());
        }
    }

    private @Nullable Lock tryLock(Path file, Path key) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = null;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException _) {
            return null;
        } finally {
            if (lock == null) {
                channel.close();
            }
        }
        if (lock == null) {
            return null;
        }
        return () -> {
            if (channel.isOpen()) {
                Positional.close(channel);
                locked.remove(key);
            }
        };
    }

    @Override
    public void link(Path existing, Path name) throws MergeException {
        try {
            Files.createLink(name, existing);
        } catch (FileAlreadyExistsException e) {
            throw MergeException.ofIo("cannot create", e).inFile(name.toString());
        } catch (NoSuchFileException e) {
            throw MergeException.ofIo("cannot link " + Printable.text(existing.toString()), e)
                    .inFile(name.toString());
        } catch (UnsupportedOperationException | FileSystemException _) {
            // EPERM, ENOTSUP, EMLINK: no links here. If it was something else, the steps below fail with it too.
            moveWithoutLink(existing, name);
        } catch (IOException e) {
            throw MergeException.ofIo("cannot create", e).inFile(name.toString());
        }
    }

    /// Renames without replacing. Where the system cannot, an empty file reserves the name, which only one process
    /// can create, and the move goes over it; then somebody who looks in between sees the empty file.
    void moveWithoutLink(Path existing, Path name) throws MergeException {
        boolean isFile = !Files.isDirectory(existing, LinkOption.NOFOLLOW_LINKS);
        if (isFile && NativeRename.withoutReplacing(existing, name)) {
            return;
        }
        create(name).close();
        try {
            move(existing, name);
        } catch (MergeException e) {
            delete(name);
            throw e;
        }
    }

    @Override
    public void move(Path source, Path target) throws MergeException {
        try {
            Files.move(source, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw MergeException.ofIo("cannot rename " + Printable.text(source.toString()) + " to this name", e)
                    .inFile(target.toString());
        }
    }

    @Override
    public void moveFolder(Path source, Path target) throws MergeException {
        if (NativeRename.withoutReplacing(source, target)) {
            return;
        }
        // rename(2) replaces an empty folder, so without the system's help there is a moment between look and move.
        if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
            throw MergeException.of(ErrorCode.OUTPUT_EXISTS, "cannot create: it exists already")
                    .inFile(target.toString());
        }
        move(source, target);
    }

    @Override
    public boolean exchange(Path first, Path second) {
        return NativeRename.exchange(first, second);
    }

    @Override
    public void delete(Path path) throws MergeException {
        try {
            Files.walkFileTree(path, new Deleter());
        } catch (IOException e) {
            throw MergeException.ofIo("cannot delete", e).inFile(path.toString());
        }
    }

    @Override
    public void forceFolder(Path folder) throws MergeException {
        if (!folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            return; // Windows opens no folders; NTFS keeps its own journal of names.
        }
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            // EINVAL: the file system (some network ones) forces files but no folders.
            if (!String.valueOf(e.getMessage()).contains("Invalid argument")) {
                throw MergeException.ofIo("cannot force the folder to the device", e)
                        .inFile(folder.toString());
            }
        }
    }

    private static final class Deleter extends SimpleFileVisitor<Path> {
        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
            if (failure instanceof NoSuchFileException) {
                return FileVisitResult.CONTINUE;
            }
            throw failure;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException failure) throws IOException {
            if (failure != null) {
                throw failure;
            }
            Files.deleteIfExists(folder);
            return FileVisitResult.CONTINUE;
        }
    }
}
