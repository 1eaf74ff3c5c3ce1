package org.modelmerge.testing;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.modelmerge.checkpoint.RangeSource;
import org.modelmerge.checkpoint.ShardSink;
import org.modelmerge.checkpoint.Storage;
import org.modelmerge.error.MergeException;

/// Passes every call of a storage, its sources and its sinks through [#around].
///
/// A failure that names no file gets the one of its call, as those of the local file system do.
public abstract class InterceptedStorage implements Storage {
    private final Storage inner;

    protected InterceptedStorage(Storage inner) {
        this.inner = inner;
    }

    /// Runs the operation, or does something else in its place.
    protected abstract <T extends @Nullable Object> T around(StorageCall call, Operation<T> operation)
            throws MergeException;

    /// One call.
    protected interface Operation<T extends @Nullable Object> {
        T run() throws MergeException;

        /// Does the first half of what [#run()] would, where there are halves.
        default void runHalf() throws MergeException {}
    }

    private interface Action {
        void run() throws MergeException;
    }

    private <T extends @Nullable Object> T around(StorageCall call, Path file, Operation<T> operation)
            throws MergeException {
        try {
            return around(call, operation);
        } catch (MergeException e) {
            throw e.inFile(file.toString());
        }
    }

    private void act(StorageCall call, Path file, Action action) throws MergeException {
        this.<@Nullable Void>around(call, file, () -> {
            action.run();
            return null;
        });
    }

    private void transfer(StorageCall call, Path file, ByteBuffer buffer, Action transfer) throws MergeException {
        this.<@Nullable Void>around(call, file, new Operation<>() {
            @Override
            public @Nullable Void run() throws MergeException {
                transfer.run();
                return null;
            }

            @Override
            public void runHalf() throws MergeException {
                int limit = buffer.limit();
                buffer.limit(buffer.position() + buffer.remaining() / 2);
                transfer.run();
                buffer.limit(limit);
            }
        });
    }

    @Override
    public Kind kind(Path path) throws MergeException {
        return around(StorageCall.KIND, path, () -> inner.kind(path));
    }

    @Override
    public Path realPath(Path path) throws MergeException {
        return around(StorageCall.REAL_PATH, path, () -> inner.realPath(path));
    }

    @Override
    public boolean isSame(Path first, Path second) throws MergeException {
        return around(StorageCall.IS_SAME, first, () -> inner.isSame(first, second));
    }

    @Override
    public List<String> list(Path folder) throws MergeException {
        return around(StorageCall.LIST, folder, () -> inner.list(folder));
    }

    @Override
    public RangeSource open(Path file) throws MergeException {
        return new Source(file, around(StorageCall.OPEN, file, () -> inner.open(file)));
    }

    @Override
    public ShardSink create(Path file) throws MergeException {
        return new Sink(file, around(StorageCall.CREATE, file, () -> inner.create(file)));
    }

    @Override
    public void createFolder(Path folder) throws MergeException {
        act(StorageCall.CREATE_FOLDER, folder, () -> inner.createFolder(folder));
    }

    @Override
    public @Nullable Lock tryLock(Path file) throws MergeException {
        return this.<@Nullable Lock>around(StorageCall.TRY_LOCK, file, () -> inner.tryLock(file));
    }

    @Override
    public void link(Path existing, Path name) throws MergeException {
        act(StorageCall.LINK, name, () -> inner.link(existing, name));
    }

    @Override
    public void move(Path source, Path target) throws MergeException {
        act(StorageCall.MOVE, target, () -> inner.move(source, target));
    }

    @Override
    public void moveFolder(Path source, Path target) throws MergeException {
        act(StorageCall.MOVE_FOLDER, target, () -> inner.moveFolder(source, target));
    }

    @Override
    public boolean exchange(Path first, Path second) throws MergeException {
        return around(StorageCall.EXCHANGE, second, () -> inner.exchange(first, second));
    }

    @Override
    public void delete(Path path) throws MergeException {
        this.<@Nullable Void>around(StorageCall.DELETE, path, new Operation<>() {
            @Override
            public @Nullable Void run() throws MergeException {
                inner.delete(path);
                return null;
            }

            @Override
            public void runHalf() throws MergeException {
                if (inner.kind(path) == Kind.FOLDER) {
                    for (String name : inner.list(path)) {
                        inner.delete(path.resolve(name));
                    }
                }
            }
        });
    }

    @Override
    public void forceFolder(Path folder) throws MergeException {
        act(StorageCall.FORCE_FOLDER, folder, () -> inner.forceFolder(folder));
    }

    private final class Source implements RangeSource {
        private final Path file;
        private final RangeSource source;

        Source(Path file, RangeSource source) {
            this.file = file;
            this.source = source;
        }

        @Override
        public long size() {
            return source.size();
        }

        @Override
        public void read(ByteBuffer target, long offset) throws MergeException {
            transfer(StorageCall.SOURCE_READ, file, target, () -> source.read(target, offset));
        }

        @Override
        public void checkUnchanged() throws MergeException {
            act(StorageCall.SOURCE_CHECK, file, source::checkUnchanged);
        }

        @Override
        public void close() {
            source.close();
        }
    }

    private final class Sink implements ShardSink {
        private final Path file;
        private final ShardSink sink;

        Sink(Path file, ShardSink sink) {
            this.file = file;
            this.sink = sink;
        }

        @Override
        public void write(ByteBuffer source, long offset) throws MergeException {
            transfer(StorageCall.SINK_WRITE, file, source, () -> sink.write(source, offset));
        }

        @Override
        public void read(ByteBuffer target, long offset) throws MergeException {
            transfer(StorageCall.SINK_READ, file, target, () -> sink.read(target, offset));
        }

        @Override
        public void force(long size) throws MergeException {
            act(StorageCall.SINK_FORCE, file, () -> sink.force(size));
        }

        @Override
        public void close() {
            sink.close();
        }
    }
}
