package org.modelmerge.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;

/// A local regular file, read by position and never mapped.
///
/// An interrupt of a thread that reads closes the file for all of them (that is how channels work); every reader then
/// gets `CANCELLED`.
final class FileSource implements RangeSource {
    private final Path file;
    private final FileChannel channel;
    private final BasicFileAttributes opened;

    private FileSource(Path file, FileChannel channel, BasicFileAttributes opened) {
        this.file = file;
        this.channel = channel;
        this.opened = opened;
    }

    static FileSource open(Path file) throws MergeException {
        try {
            // Opening a pipe waits for its other end, and opening a device may do anything: look first.
            BasicFileAttributes before = Files.readAttributes(file, BasicFileAttributes.class);
            requireRegular(file, before);
            FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
            FileSource source = new FileSource(file, channel, before);
            try {
                source.checkUnchanged();
            } catch (MergeException changed) {
                source.close();
                throw changed;
            }
            return source;
        } catch (IOException e) {
            throw MergeException.ofIo("cannot open", e).inFile(file.toString());
        }
    }

    private static void requireRegular(Path file, BasicFileAttributes attributes) throws MergeException {
        if (!attributes.isRegularFile()) {
            String what = attributes.isDirectory() ? "a folder" : "a pipe, socket or device";
            throw MergeException.of(ErrorCode.NOT_REGULAR, "got " + what + ", expected a regular file")
                    .inFile(file.toString());
        }
    }

    @Override
    public long size() {
        return opened.size();
    }

    @Override
    public void read(ByteBuffer target, long offset) throws MergeException {
        long end = Positional.fill(channel, target, offset, file);
        if (target.hasRemaining()) {
            throw MergeException.of(
                            ErrorCode.CHANGED,
                            "the file ended early (got " + end + " bytes, expected at least "
                                    + (end + target.remaining()) + ")")
                    .inFile(file.toString());
        }
    }

    @Override
    public void checkUnchanged() throws MergeException {
        try {
            BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
            long channelSize = channel.size();
            if (now.size() != opened.size() || channelSize != opened.size()) {
                long size = now.size() != opened.size() ? now.size() : channelSize;
                throw changed("its size changed (got " + size + " bytes, expected " + opened.size() + ")");
            }
            if (!now.lastModifiedTime().equals(opened.lastModifiedTime())) {
                throw changed("it was modified (got " + now.lastModifiedTime() + ", expected "
                        + opened.lastModifiedTime() + ")");
            }
            if (!now.isRegularFile() || !Objects.equals(now.fileKey(), opened.fileKey())) {
                throw changed("another file took its place");
            }
        } catch (NoSuchFileException _) {
            throw changed("it was removed");
        } catch (IOException e) {
            throw MergeException.ofIo("cannot read", e).inFile(file.toString());
        }
    }

    private MergeException changed(String how) {
        return MergeException.of(ErrorCode.CHANGED, "the file changed while it was read: " + how)
                .inFile(file.toString());
    }

    @Override
    public void close() {
        Positional.close(channel);
    }
}
