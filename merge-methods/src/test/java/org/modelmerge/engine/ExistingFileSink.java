package org.modelmerge.engine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.modelmerge.checkpoint.ShardSink;
import org.modelmerge.error.MergeException;

/// Writes into a file that another process has created.
final class ExistingFileSink implements ShardSink {
    private final FileChannel channel;

    ExistingFileSink(Path file) throws IOException {
        channel = FileChannel.open(file, StandardOpenOption.WRITE);
    }

    @Override
    public void write(ByteBuffer source, long offset) throws MergeException {
        long position = offset;
        try {
            while (source.hasRemaining()) {
                position += channel.write(source, position);
            }
        } catch (IOException e) {
            throw MergeException.ofIo("cannot write", e);
        }
    }

    @Override
    public void read(ByteBuffer target, long offset) {
        throw new UnsupportedOperationException("for writing only");
    }

    @Override
    public void force(long size) {
        throw new UnsupportedOperationException("the coordinator forces");
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
