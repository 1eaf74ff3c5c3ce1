package org.modelmerge.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.locks.ReentrantLock;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;

/// A new local file, written by position.
///
/// An interrupt of a thread that writes closes the file for all of them; every writer then gets `CANCELLED`.
final class FileSink implements ShardSink {
    private final Path file;
    private final FileChannel channel;
    /// Systems let one thread at a time write a file and have the others spin; whoever waits here costs nothing.
    private final ReentrantLock writing = new ReentrantLock();
    private volatile boolean forceFailed;

    private FileSink(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    static FileSink create(Path file) throws MergeException {
        try {
            // Not Files.createTempFile: its mode 0600 would outlive the rename, against the user's umask.
            return new FileSink(
                    file,
                    FileChannel.open(
                            file, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE));
        } catch (IOException e) {
            throw MergeException.ofIo("cannot create", e).inFile(file.toString());
        }
    }

    @Override
    public void write(ByteBuffer source, long offset) throws MergeException {
        long position = offset;
        writing.lock();
        try {
            while (source.hasRemaining()) {
                position += channel.write(source, position);
            }
        } catch (IOException e) {
            throw MergeException.ofIo("cannot write", e).inFile(file.toString());
        } finally {
            writing.unlock();
        }
    }

    @Override
    public void read(ByteBuffer target, long offset) throws MergeException {
        long end = Positional.fill(channel, target, offset, file);
        if (target.hasRemaining()) {
            throw MergeException.of(
                            ErrorCode.IO,
                            "cannot read back: the file ends at byte " + end + ", expected " + target.remaining()
                                    + " more")
                    .inFile(file.toString());
        }
    }

    @Override
    public void flush() throws MergeException {
        try {
            force(false);
        } catch (IOException e) {
            throw MergeException.ofIo("cannot force to the device", e).inFile(file.toString());
        }
    }

    @Override
    public void force(long size) throws MergeException {
        try {
            long written = channel.size();
            if (written != size) {
                throw MergeException.of(
                                ErrorCode.IO,
                                "the file has the wrong size (got " + written + " bytes, expected " + size + ")")
                        .inFile(file.toString());
            }
            if (forceFailed) {
                // A second fsync may report success although the pages of the first one are lost.
                throw MergeException.of(ErrorCode.IO, "forcing to the device failed before and is not tried again")
                        .inFile(file.toString());
            }
            force(true);
        } catch (IOException e) {
            throw MergeException.ofIo("cannot force to the device", e).inFile(file.toString());
        }
    }

    private void force(boolean withMetadata) throws IOException {
        try {
            channel.force(withMetadata);
        } catch (IOException e) {
            forceFailed = true;
            throw e;
        }
    }

    @Override
    public void close() {
        Positional.close(channel);
    }
}
