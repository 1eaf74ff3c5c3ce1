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

    private void around(StorageCall call, Action action) throws MergeException {
        this.<@Nullable Void>around(call, () -> {
            action.run();
            return null;
        });
    }

    private void around(StorageCall call, ByteBuffer buffer, Action transfer) throws MergeException {
        this.<@Nullable Void>around(call, new Operation<>() {
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
        return around(StorageCall.KIND, () -> inner.kind(path));
    }

    @Override
    public Path realPath(Path path) throws MergeException {
        return around(StorageCall.REAL_PATH, () -> inner.realPath(path));
    }

    @Override
    public List<String> list(Path folder) throws MergeException {
        return around(StorageCall.LIST, () -> inner.list(folder));
    }

    @Override
    public RangeSource open(Path file) throws MergeException {
        return new Source(around(StorageCall.OPEN, () -> inner.open(file)));
    }

    @Override
    public ShardSink create(Path file) throws MergeException {
        return new Sink(around(StorageCall.CREATE, () -> inner.create(file)));
    }

    @Override
    public void createFolder(Path folder) throws MergeException {
        around(StorageCall.CREATE_FOLDER, () -> inner.createFolder(folder));
    }

    @Override
    public @Nullable Lock tryLock(Path file) throws MergeException {
        return this.<@Nullable Lock>around(StorageCall.TRY_LOCK, () -> inner.tryLock(file));
    }

    @Override
    public void link(Path existing, Path name) throws MergeException {
        around(StorageCall.LINK, () -> inner.link(existing, name));
    }

    @Override
    public void move(Path source, Path target) throws MergeException {
        around(StorageCall.MOVE, () -> inner.move(source, target));
    }

    @Override
    public void moveFolder(Path source, Path target) throws MergeException {
        around(StorageCall.MOVE_FOLDER, () -> inner.moveFolder(source, target));
    }

    @Override
    public boolean exchange(Path first, Path second) throws MergeException {
        return around(StorageCall.EXCHANGE, () -> inner.exchange(first, second));
    }

    @Override
    public void delete(Path path) throws MergeException {
        this.<@Nullable Void>around(StorageCall.DELETE, new Operation<>() {
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
        around(StorageCall.FORCE_FOLDER, () -> inner.forceFolder(folder));
    }

    private final class Source implements RangeSource {
        private final RangeSource source;

        Source(RangeSource source) {
            this.source = source;
        }

        @Override
        public long size() {
            return source.size();
        }

        @Override
        public void read(ByteBuffer target, long offset) throws MergeException {
            around(StorageCall.SOURCE_READ, target, () -> source.read(target, offset));
        }

        @Override
        public void checkUnchanged() throws MergeException {
            around(StorageCall.SOURCE_CHECK, source::checkUnchanged);
        }

        @Override
        public void close() {
            source.close();
        }
    }

    private final class Sink implements ShardSink {
        private final ShardSink sink;

        Sink(ShardSink sink) {
            this.sink = sink;
        }

        @Override
        public void write(ByteBuffer source, long offset) throws MergeException {
            around(StorageCall.SINK_WRITE, source, () -> sink.write(source, offset));
        }

        @Override
        public void read(ByteBuffer target, long offset) throws MergeException {
            around(StorageCall.SINK_READ, target, () -> sink.read(target, offset));
        }

        @Override
        public void force(long size) throws MergeException {
            around(StorageCall.SINK_FORCE, () -> sink.force(size));
        }

        @Override
        public void close() {
            sink.close();
        }
    }
}
