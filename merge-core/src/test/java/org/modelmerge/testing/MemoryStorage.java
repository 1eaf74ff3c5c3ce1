package org.modelmerge.testing;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.modelmerge.checkpoint.CodePointOrder;
import org.modelmerge.checkpoint.RangeSource;
import org.modelmerge.checkpoint.ShardSink;
import org.modelmerge.checkpoint.Storage;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;

/// Files in memory, for reading only, which counts open files and can be told to fail.
///
/// Not safe for use by several threads.
public final class MemoryStorage implements Storage {
    private static final int NEVER = -1;

    private final Map<Path, byte[]> files = new LinkedHashMap<>();
    private final Set<Path> devices = new HashSet<>();
    private int openCount;
    private int openedCount;
    private int callsToFailure = NEVER;

    /// Adds or replaces a file; its folders exist by that. The bytes are not copied, so a test can change them later.
    public MemoryStorage file(String path, byte[] bytes) {
        files.put(Path.of(path), bytes);
        return this;
    }

    /// Adds something that is neither a file nor a folder.
    public MemoryStorage device(String path) {
        devices.add(Path.of(path));
        return this;
    }

    /// Lets the call after `calls` successful calls of open or read fail, once.
    public MemoryStorage failAfter(int calls) {
        callsToFailure = calls;
        return this;
    }

    /// Files that are open now.
    public int openCount() {
        return openCount;
    }

    /// Files that were opened so far.
    public int openedCount() {
        return openedCount;
    }

    @Override
    public Kind kind(Path path) {
        if (files.containsKey(path)) {
            return Kind.FILE;
        }
        if (devices.contains(path)) {
            return Kind.OTHER;
        }
        return files.keySet().stream().anyMatch(file -> isBelow(file, path)) ? Kind.FOLDER : Kind.ABSENT;
    }

    @Override
    public Path realPath(Path path) {
        return Path.of("/real").resolve(path).normalize();
    }

    @Override
    public List<String> list(Path folder) {
        return files.keySet().stream()
                .filter(file -> isBelow(file, folder))
                .map(file -> file.getName(isCurrent(folder) ? 0 : folder.getNameCount())
                        .toString())
                .distinct()
                .sorted(CodePointOrder.INSTANCE)
                .toList();
    }

    @Override
    public RangeSource open(Path file) throws MergeException {
        countDown();
        byte[] bytes = files.get(file);
        if (bytes == null) {
            boolean absent = kind(file) == Kind.ABSENT;
            throw MergeException.of(absent ? ErrorCode.NOT_FOUND : ErrorCode.NOT_REGULAR, "cannot open");
        }
        openCount++;
        openedCount++;
        return new MemorySource(file, bytes.length);
    }

    private void countDown() throws MergeException {
        if (callsToFailure != NEVER && callsToFailure-- == 0) {
            throw MergeException.of(ErrorCode.IO, "told to fail");
        }
    }

    private static boolean isBelow(Path file, Path folder) {
        return isCurrent(folder) || (file.startsWith(folder) && !file.equals(folder));
    }

    private static boolean isCurrent(Path folder) {
        return folder.toString().isEmpty() || folder.toString().equals(".");
    }

    private final class MemorySource implements RangeSource {
        private final Path file;
        private final long size;
        private boolean closed;

        MemorySource(Path file, long size) {
            this.file = file;
            this.size = size;
        }

        @Override
        public long size() {
            return size;
        }

        @Override
        public void read(ByteBuffer target, long offset) throws MergeException {
            countDown();
            byte[] bytes = files.get(file);
            if (bytes == null || closed || offset + target.remaining() > bytes.length) {
                throw MergeException.of(ErrorCode.CHANGED, "the file ended early");
            }
            target.put(bytes, Math.toIntExact(offset), target.remaining());
        }

        @Override
        public void checkUnchanged() throws MergeException {
            byte[] bytes = files.get(file);
            if (bytes == null || bytes.length != size) {
                throw MergeException.of(ErrorCode.CHANGED, "the file has another size");
            }
        }

        @Override
        public void close() {
            if (!closed) {
                closed = true;
                openCount--;
            }
        }
    }

    /// A source of these bytes alone.
    public static RangeSource source(byte[] bytes) {
        MemoryStorage storage = new MemoryStorage().file("bytes", bytes);
        return storage.new MemorySource(Path.of("bytes"), bytes.length);
    }

    @Override
    public ShardSink create(Path file) {
        throw readOnly();
    }

    @Override
    public void createFolder(Path folder) {
        throw readOnly();
    }

    @Override
    public @Nullable Lock tryLock(Path file) {
        throw readOnly();
    }

    @Override
    public void link(Path existing, Path name) {
        throw readOnly();
    }

    @Override
    public void move(Path source, Path target) {
        throw readOnly();
    }

    @Override
    public void moveFolder(Path source, Path target) {
        throw readOnly();
    }

    @Override
    public boolean exchange(Path first, Path second) {
        throw readOnly();
    }

    @Override
    public void delete(Path path) {
        throw readOnly();
    }

    @Override
    public void forceFolder(Path folder) {
        throw readOnly();
    }

    private static UnsupportedOperationException readOnly() {
        return new UnsupportedOperationException("this storage is for reading");
    }
}
