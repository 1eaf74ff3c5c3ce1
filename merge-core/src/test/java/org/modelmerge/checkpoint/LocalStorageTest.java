package org.modelmerge.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.ByteBuffer;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.testing.ChildJvm;

final class LocalStorageTest {
    private static final Storage STORAGE = LocalStorage.INSTANCE;

    @TempDir
    Path folder;

    @Test
    void readsAnyRangeOfAFile() throws Exception {
        Path file = Files.writeString(folder.resolve("f"), "0123456789");

        try (RangeSource source = STORAGE.open(file)) {
            ByteBuffer range = ByteBuffer.allocate(4);
            source.read(range, 3);

            assertThat(source.size()).isEqualTo(10);
            assertThat(new String(range.array(), UTF_8)).isEqualTo("3456");
        }
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void followsLinksToAFile() throws Exception {
        Path file = Files.writeString(folder.resolve("f"), "data");
        Path link = Files.createSymbolicLink(folder.resolve("link"), file);

        try (RangeSource source = STORAGE.open(link)) {
            assertThat(source.size()).isEqualTo(4);
        }
        assertThat(STORAGE.kind(link)).isEqualTo(Storage.Kind.FILE);
        assertThat(STORAGE.realPath(link)).isEqualTo(file.toRealPath());
    }

    @Test
    void refusesToOpenAFolder() {
        assertRefused(() -> STORAGE.open(folder), ErrorCode.NOT_REGULAR, folder, "got a folder");
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void refusesToOpenAPipeWithoutWaitingForItsWriter() throws Exception {
        Path pipe = folder.resolve("pipe");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();

        Assertions.assertTimeoutPreemptively(
                Duration.ofSeconds(10),
                () -> assertRefused(() -> STORAGE.open(pipe), ErrorCode.NOT_REGULAR, pipe, "got a pipe"));
        assertThat(STORAGE.kind(pipe)).isEqualTo(Storage.Kind.OTHER);
    }

    @Test
    void reportsAMissingFile() {
        Path file = folder.resolve("missing");

        assertRefused(() -> STORAGE.open(file), ErrorCode.NOT_FOUND, file, "no such file or folder");
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void reportsALoopOfLinks() throws Exception {
        Path loop = folder.resolve("loop");
        Files.createSymbolicLink(loop, loop);

        assertRefused(() -> STORAGE.open(loop), ErrorCode.IO, loop, "too many levels of symbolic links");
    }

    @Test
    void reportsAFileThatShrinksWhileItIsRead() throws Exception {
        Path file = Files.writeString(folder.resolve("f"), "0123456789");
        try (RangeSource source = STORAGE.open(file)) {
            Files.writeString(file, "012345");

            assertRefused(
                    () -> source.read(ByteBuffer.allocate(8), 2),
                    ErrorCode.CHANGED,
                    file,
                    "the file ended early (got 6 bytes, expected at least 10)");
        }
    }

    @Test
    void noticesAnotherSize() throws Exception {
        Path file = Files.writeString(folder.resolve("f"), "0123456789");
        try (RangeSource source = STORAGE.open(file)) {
            source.checkUnchanged();
            Files.writeString(file, "01234567890");

            assertRefused(source::checkUnchanged, ErrorCode.CHANGED, file, "got 11 bytes, expected 10");
        }
    }

    @Test
    void noticesAnotherTimeOfChange() throws Exception {
        Path file = Files.writeString(folder.resolve("f"), "0123456789");
        try (RangeSource source = STORAGE.open(file)) {
            Files.setLastModifiedTime(file, FileTime.fromMillis(0));

            assertRefused(source::checkUnchanged, ErrorCode.CHANGED, file, "got 1970-01-01T00:00:00Z");
        }
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void noticesAnotherFileInItsPlace() throws Exception {
        Path file = Files.writeString(folder.resolve("f"), "0123456789");
        Path other = Files.writeString(folder.resolve("g"), "9876543210");
        try (RangeSource source = STORAGE.open(file)) {
            Files.setLastModifiedTime(other, Files.getLastModifiedTime(file));
            STORAGE.move(other, file);

            assertRefused(source::checkUnchanged, ErrorCode.CHANGED, file, "another file took its place");
        }
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void noticesThatTheFileIsGone() throws Exception {
        Path file = Files.writeString(folder.resolve("f"), "0123456789");
        try (RangeSource source = STORAGE.open(file)) {
            Files.delete(file);

            assertRefused(source::checkUnchanged, ErrorCode.CHANGED, file, "it was removed");
        }
    }

    @Test
    void reportsAnInterruptAsCancelled() throws Exception {
        Path file = Files.writeString(folder.resolve("f"), "0123456789");
        try (RangeSource source = STORAGE.open(file)) {
            Thread.currentThread().interrupt();
            MergeException own =
                    catchThrowableOfType(MergeException.class, () -> source.read(ByteBuffer.allocate(1), 0));
            assertThat(Thread.interrupted()).isTrue();
            MergeException others =
                    catchThrowableOfType(MergeException.class, () -> source.read(ByteBuffer.allocate(1), 0));

            assertThat(own.code()).isEqualTo(ErrorCode.CANCELLED);
            assertThat(others.code()).isEqualTo(ErrorCode.CANCELLED);
            assertThat(others).hasMessage(file + ": cannot read: interrupted");
        }
    }

    @Test
    void writesByPositionAndReadsBack() throws Exception {
        Path file = folder.resolve("f");
        try (ShardSink sink = STORAGE.create(file)) {
            sink.write(ByteBuffer.wrap("56789".getBytes(UTF_8)), 5);
            sink.write(ByteBuffer.wrap("01234".getBytes(UTF_8)), 0);
            ByteBuffer back = ByteBuffer.allocate(4);
            sink.read(back, 3);
            sink.force(10);

            assertThat(new String(back.array(), UTF_8)).isEqualTo("3456");
        }
        assertThat(file).hasContent("0123456789");
    }

    @Test
    void writesBeyondTwoGibibytes() throws Exception {
        Path file = folder.resolve("f");
        long offset = 5L << 30;
        try (ShardSink sink = STORAGE.create(file)) {
            sink.write(ByteBuffer.wrap(new byte[] {1, 2, 3}), offset);
            sink.force(offset + 3);
        }

        try (RangeSource source = STORAGE.open(file)) {
            ByteBuffer back = ByteBuffer.allocate(3);
            source.read(back, offset);
            assertThat(back.array()).containsExactly(1, 2, 3);
        }
    }

    @Test
    void refusesToForceAFileOfTheWrongSize() throws Exception {
        Path file = folder.resolve("f");
        try (ShardSink sink = STORAGE.create(file)) {
            sink.write(ByteBuffer.wrap(new byte[5]), 0);

            assertRefused(() -> sink.force(8), ErrorCode.IO, file, "got 5 bytes, expected 8");
        }
    }

    @Test
    void refusesToReadBackWhatWasNotWritten() throws Exception {
        Path file = folder.resolve("f");
        try (ShardSink sink = STORAGE.create(file)) {
            sink.write(ByteBuffer.wrap(new byte[5]), 0);

            assertRefused(
                    () -> sink.read(ByteBuffer.allocate(4), 3), ErrorCode.IO, file, "ends at byte 5, expected 2 more");
        }
    }

    @Test
    void refusesToCreateWhatExists() throws Exception {
        Path file = Files.writeString(folder.resolve("f"), "mine");

        assertRefused(() -> STORAGE.create(file), ErrorCode.OUTPUT_EXISTS, file, "it exists already");
        assertRefused(() -> STORAGE.createFolder(file), ErrorCode.OUTPUT_EXISTS, file, "it exists already");
        assertThat(file).hasContent("mine");
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void createsFilesWithTheModeThatTheUserAskedFor() throws Exception {
        Path usual = Files.createFile(folder.resolve("usual"));
        STORAGE.create(folder.resolve("f")).close();

        assertThat(Files.getPosixFilePermissions(folder.resolve("f"))).isEqualTo(Files.getPosixFilePermissions(usual));
    }

    @Test
    void givesAFileASecondName() throws Exception {
        Path file = Files.writeString(folder.resolve("f"), "data");

        STORAGE.link(file, folder.resolve("g"));

        assertThat(folder.resolve("g")).hasContent("data");
    }

    @Test
    void neverLinksOverAnExistingName() throws Exception {
        Path file = Files.writeString(folder.resolve("f"), "data");
        Path taken = Files.writeString(folder.resolve("g"), "mine");

        assertRefused(() -> STORAGE.link(file, taken), ErrorCode.OUTPUT_EXISTS, taken, "it exists already");
        assertThat(taken).hasContent("mine");
    }

    @Test
    void movesWhereTheFileSystemHasNoLinks() throws Exception {
        try (FileSystem archive = FileSystems.newFileSystem(folder.resolve("a.zip"), Map.of("create", "true"))) {
            Path file = Files.writeString(archive.getPath("/f"), "data");
            Path name = archive.getPath("/g");

            STORAGE.link(file, name);

            assertThat(Files.readString(name)).isEqualTo("data");
            assertThat(Files.exists(file)).isFalse();
            Files.writeString(file, "other");
            assertRefused(() -> STORAGE.link(file, name), ErrorCode.OUTPUT_EXISTS, name, "it exists already");
            assertThat(Files.readString(name)).isEqualTo("data");
        }
    }

    @Test
    void leavesNoNameBehindWhenItCanNeitherLinkNorMove() throws Exception {
        Path unlinkable = Files.createDirectory(folder.resolve("d"));
        Path name = folder.resolve("g");

        assertThatThrownBy(() -> STORAGE.link(unlinkable, name)).isInstanceOf(MergeException.class);
        assertThat(name).doesNotExist();
        assertThat(unlinkable).isDirectory();
    }

    @Test
    void movesOverAnOldFile() throws Exception {
        Path file = Files.writeString(folder.resolve("f"), "new");
        Path old = Files.writeString(folder.resolve("g"), "old");

        STORAGE.move(file, old);

        assertThat(old).hasContent("new");
        assertThat(file).doesNotExist();
    }

    @Test
    void neverMovesAFolderOverAnotherNotEvenAnEmptyOne() throws Exception {
        Path source = Files.createDirectory(folder.resolve("d"));
        Path empty = Files.createDirectory(folder.resolve("e"));

        assertRefused(() -> STORAGE.moveFolder(source, empty), ErrorCode.OUTPUT_EXISTS, empty, "it exists already");
        assertThat(source).exists();
        STORAGE.moveFolder(source, folder.resolve("free"));
        assertThat(folder.resolve("free")).isDirectory();
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void deletesAFolderButNotWhatItsLinksPointTo() throws Exception {
        Path kept = Files.createDirectory(folder.resolve("kept"));
        Files.writeString(kept.resolve("f"), "mine");
        Path doomed = Files.createDirectories(folder.resolve("doomed/inner"));
        Files.writeString(doomed.resolve("f"), "data");
        Files.createSymbolicLink(doomed.resolve("link"), kept);

        STORAGE.delete(folder.resolve("doomed"));

        assertThat(folder.resolve("doomed")).doesNotExist();
        assertThat(kept.resolve("f")).hasContent("mine");
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void deletesALinkAndNotItsFolder() throws Exception {
        Path kept = Files.createDirectory(folder.resolve("kept"));
        Path link = Files.createSymbolicLink(folder.resolve("link"), kept);

        STORAGE.delete(link);

        assertThat(Files.exists(link, LinkOption.NOFOLLOW_LINKS)).isFalse();
        assertThat(kept).exists();
    }

    @Test
    void deletingWhatIsAbsentIsNoError() throws Exception {
        STORAGE.delete(folder.resolve("missing"));

        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void listsNamesByCodePoint() throws Exception {
        for (String name : new String[] {"b", "a.2", "a.10", "B"}) {
            Files.createFile(folder.resolve(name));
        }

        assertThat(STORAGE.list(folder)).containsExactly("B", "a.10", "a.2", "b");
    }

    @Test
    void forcesAFolder() throws Exception {
        STORAGE.forceFolder(folder);

        assertThat(folder).exists();
    }

    @Test
    void locksOnceInThisProcess() throws Exception {
        Path file = folder.resolve("lock");
        try (Storage.Lock lock = STORAGE.tryLock(file)) {
            assertThat(lock).isNotNull();
            assertThat(STORAGE.tryLock(file)).isNull();
        }
        try (Storage.Lock again = STORAGE.tryLock(file)) {
            assertThat(again).isNotNull();
        }
    }

    /// The child: exits with 0 if it gets the lock, with 1 if it does not.
    static final class LockChild {
        private LockChild() {}

        public static void main(String[] arguments) throws MergeException {
            System.exit(STORAGE.tryLock(Path.of(arguments[0])) == null ? 1 : 0);
        }
    }

    @Test
    void keepsItsLockAgainstOtherProcessesAfterASecondAttemptOfItsOwn() throws Exception {
        Path file = folder.resolve("lock");
        try (Storage.Lock lock = STORAGE.tryLock(file)) {
            assertThat(lock).isNotNull();
            assertThat(STORAGE.tryLock(file)).isNull();

            assertThat(new ChildJvm().run(LockChild.class, file).exitCode()).isEqualTo(1);
        }
        assertThat(new ChildJvm().run(LockChild.class, file).exitCode()).isZero();
    }

    private static void assertRefused(ThrowingCallable call, ErrorCode code, Path file, String problem) {
        assertThatThrownBy(call).isInstanceOfSatisfying(MergeException.class, failure -> {
            assertThat(failure.code()).isEqualTo(code);
            assertThat(failure.file()).isEqualTo(file.toString());
            assertThat(failure.problem()).contains(problem);
        });
    }
}
