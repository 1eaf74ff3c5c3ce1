package org.modelmerge.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.testing.ChildJvm;
import org.modelmerge.testing.FaultyStorage;
import org.modelmerge.testing.FaultyStorage.Fault;
import org.modelmerge.testing.InterceptedStorage;
import org.modelmerge.testing.StorageCall;

final class OutputTransactionTest {
    private static final Storage STORAGE = LocalStorage.INSTANCE;

    @TempDir
    Path folder;

    @Test
    void showsNothingBeforePublishing() throws Exception {
        Path target = folder.resolve("model.safetensors");
        try (OutputTransaction out = OutputTransaction.begin(STORAGE, false)) {
            TransactionScenario.write(STORAGE, out.stageFile(target), "new");
            assertThat(target).doesNotExist();

            out.publish();

            assertThat(target).hasContent("new");
        }
        TransactionScenario.assertNothingLeft(folder);
    }

    /// The child: replaces outputs that are named by their last component only.
    static final class BareNameChild {
        private BareNameChild() {}

        public static void main(String[] arguments) throws MergeException {
            TransactionScenario.REPLACED_FOLDER_AND_REPORT.run(STORAGE, Path.of(""));
        }
    }

    @Test
    void takesBareNamesInTheWorkingDirectory() throws Exception {
        TransactionScenario scenario = TransactionScenario.REPLACED_FOLDER_AND_REPORT;
        scenario.prepare(folder);

        ChildJvm.Result child = new ChildJvm(folder).run(BareNameChild.class);

        assertThat(child).isEqualTo(new ChildJvm.Result(0, ""));
        scenario.assertAllNew(folder);
        TransactionScenario.assertNothingLeft(folder);
    }

    @Test
    void saysWhichOutputCannotBeStaged() throws Exception {
        Path target = folder.resolve("model.safetensors");
        Storage full = FaultyStorage.once(STORAGE, Fault.NO_SPACE, 1);
        try (OutputTransaction out = OutputTransaction.begin(full, false)) {
            assertRefused(() -> out.stageFile(target), ErrorCode.NO_SPACE, target, "cannot stage the output beside it");
        }
    }

    @Test
    void namesTheOutputWhereAFailureNamesWhatIsStagedForIt() throws Exception {
        try (OutputTransaction out = OutputTransaction.begin(STORAGE, false)) {
            Path file = out.stageFile(folder.resolve("a.safetensors"));
            Path model = out.stageFolder(folder.resolve("model"));

            assertThat(publicName(out, file)).isEqualTo(folder.resolve("a.safetensors"));
            assertThat(publicName(out, file.resolveSibling("a.safetensors")))
                    .isEqualTo(folder.resolve("a.safetensors"));
            assertThat(publicName(out, model.resolve("config.json"))).isEqualTo(folder.resolve("model/config.json"));
            assertThat(publicName(out, model)).isEqualTo(folder.resolve("model"));
            assertThat(publicName(out, folder.resolve("input"))).isEqualTo(folder.resolve("input"));
            MergeException nameless = MergeException.of(ErrorCode.IO, "no file");
            assertThat(out.inOutputs(nameless)).isSameAs(nameless);
        }
    }

    private static Path publicName(OutputTransaction out, Path staged) {
        MergeException failure = MergeException.of(ErrorCode.IO, "cannot write").inFile(staged.toString());
        return Path.of(String.valueOf(out.inOutputs(failure).file()));
    }

    @Test
    void saysWhereTheOldVersionIsWhenItCannotBePutBack() throws Exception {
        Path target = Files.writeString(folder.resolve("model.safetensors"), "old");
        Storage breaking = new InterceptedStorage(STORAGE) {
            @Override
            protected <T extends @Nullable Object> T around(StorageCall call, Operation<T> operation)
                    throws MergeException {
                if (call == StorageCall.MOVE || call == StorageCall.FORCE_FOLDER) {
                    throw MergeException.of(ErrorCode.IO, "broken");
                }
                return operation.run();
            }
        };
        try (OutputTransaction out = OutputTransaction.begin(breaking, true)) {
            Path staged = out.stageFile(target);
            TransactionScenario.write(STORAGE, staged, "new");

            MergeException failure = catchThrowableOfType(MergeException.class, out::publish);

            assertThat(failure.hint()).isEqualTo("what stood there before is kept in " + staged.getParent());
            assertThat(staged.resolveSibling("old")).hasContent("old");
        }
        assertThat(target).hasContent("old");
    }

    @Test
    void removesWhatIsNotPublished() throws Exception {
        try (OutputTransaction out = OutputTransaction.begin(STORAGE, false)) {
            TransactionScenario.write(STORAGE, out.stageFile(folder.resolve("model.safetensors")), "new");
            Path merged = out.stageFolder(folder.resolve("merged"));
            TransactionScenario.write(STORAGE, merged.resolve("config.json"), "{}");
        }

        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void publishesSeveralOutputsInSeveralFolders() throws Exception {
        TransactionScenario scenario = TransactionScenario.NEW_FOLDER_AND_REPORT;
        scenario.prepare(folder);

        scenario.run(STORAGE, folder);

        scenario.assertAllNew(folder);
        TransactionScenario.assertNothingLeft(folder);
    }

    @Test
    void replacesOutputsWithForce() throws Exception {
        TransactionScenario scenario = TransactionScenario.REPLACED_FOLDER_AND_REPORT;
        scenario.prepare(folder);

        scenario.run(STORAGE, folder);

        scenario.assertAllNew(folder);
        TransactionScenario.assertNothingLeft(folder);
    }

    @Test
    void refusesAnExistingOutputBeforeAnyWork() throws Exception {
        Path file = Files.writeString(folder.resolve("model.safetensors"), "old");
        Path merged = Files.createDirectory(folder.resolve("merged"));
        try (OutputTransaction out = OutputTransaction.begin(STORAGE, false)) {
            MergeException failure =
                    assertRefused(() -> out.stageFile(file), ErrorCode.OUTPUT_EXISTS, file, "exists already");
            assertThat(failure.hint()).isEqualTo("pass --force to replace it");
            assertRefused(() -> out.stageFolder(merged), ErrorCode.OUTPUT_EXISTS, merged, "exists already");
        }
        assertThat(file).hasContent("old");
    }

    @Test
    void neverReplacesAFileThatAppearedMeanwhile() throws Exception {
        Path target = folder.resolve("model.safetensors");
        try (OutputTransaction out = OutputTransaction.begin(STORAGE, false)) {
            TransactionScenario.write(STORAGE, out.stageFile(target), "new");
            Files.writeString(target, "theirs");

            assertRefused(out::publish, ErrorCode.OUTPUT_EXISTS, target, "exists already");
        }
        assertThat(target).hasContent("theirs");
        TransactionScenario.assertNothingLeft(folder);
    }

    @Test
    void takesEarlierOutputsBackWhenALaterOneIsTaken() throws Exception {
        Path first = folder.resolve("model.safetensors");
        Path second = folder.resolve("merged");
        try (OutputTransaction out = OutputTransaction.begin(STORAGE, false)) {
            TransactionScenario.write(STORAGE, out.stageFile(first), "new");
            out.stageFolder(second);
            Files.createDirectory(second);

            assertRefused(out::publish, ErrorCode.OUTPUT_EXISTS, second, "exists already");
        }
        assertThat(first).doesNotExist();
        assertThat(second).isEmptyDirectory();
        TransactionScenario.assertNothingLeft(folder);
    }

    @Test
    void replacesAFileOnlyByAFileAndAFolderOnlyByAFolder() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "old");
        Path model = Files.createDirectory(folder.resolve("folder"));
        try (OutputTransaction out = OutputTransaction.begin(STORAGE, true)) {
            assertRefused(() -> out.stageFolder(file), ErrorCode.OUTPUT_EXISTS, file, "expected a folder");
            assertRefused(() -> out.stageFile(model), ErrorCode.OUTPUT_EXISTS, model, "expected a file");
        }
    }

    @Test
    void neverReplacesAFolderThatDoesNotLookLikeAModel() throws Exception {
        Path home = Files.createDirectory(folder.resolve("home"));
        Files.writeString(home.resolve("thesis.tex"), "years of work");
        try (OutputTransaction out = OutputTransaction.begin(STORAGE, true)) {
            assertRefused(
                    () -> out.stageFolder(home),
                    ErrorCode.OUTPUT_EXISTS,
                    home,
                    "does not look like a model and is not replaced (got 1 entries");
        }
        assertThat(home.resolve("thesis.tex")).exists();
    }

    @Test
    void replacesAnEmptyFolderAndOneWithAModel() throws Exception {
        for (String name : new String[] {"", "w.safetensors", "merge-recipe.yaml", "twin.json"}) {
            Path target = Files.createDirectory(folder.resolve("out" + name));
            if (!name.isEmpty()) {
                Files.createFile(target.resolve(name));
            }
            try (OutputTransaction out = OutputTransaction.begin(STORAGE, true)) {
                TransactionScenario.write(STORAGE, out.stageFolder(target).resolve("new"), "new");
                out.publish();
            }
            assertThat(target.toFile().list()).containsExactly("new");
        }
        TransactionScenario.assertNothingLeft(folder);
    }

    @Test
    void namesTheMissingFolderOfAnOutput() throws Exception {
        Path missing = folder.resolve("missing");
        try (OutputTransaction out = OutputTransaction.begin(STORAGE, true)) {
            assertRefused(
                    () -> out.stageFile(missing.resolve("m.safetensors")),
                    ErrorCode.NOT_FOUND,
                    missing,
                    "no such folder, needed for the output m.safetensors");
            Path file = Files.createFile(folder.resolve("file"));
            assertRefused(
                    () -> out.stageFile(file.resolve("m.safetensors")), ErrorCode.NOT_FOUND, file, "not a folder");
        }
    }

    @Test
    void refusesOutputsAtOnePlaceOrOneInsideTheOther() throws Exception {
        Path model = Files.createDirectory(folder.resolve("merged"));
        Files.createFile(model.resolve("w.safetensors"));
        try (OutputTransaction out = OutputTransaction.begin(STORAGE, true)) {
            out.stageFolder(model);
            Path report = model.resolve("report.html");
            assertRefused(() -> out.stageFile(report), ErrorCode.USAGE, report, "one inside the other");
            Path again = folder.resolve(".").resolve("merged");
            assertRefused(() -> out.stageFolder(again), ErrorCode.USAGE, again, "at the same place");
        }
    }

    @Test
    void refusesTheRootFolder() throws Exception {
        Path root = folder.getRoot();
        try (OutputTransaction out = OutputTransaction.begin(STORAGE, true)) {
            assertRefused(() -> out.stageFolder(root), ErrorCode.USAGE, root, "the root folder cannot be an output");
        }
    }

    @Test
    void takesNamesAsLongAsTheFileSystemDoes() throws Exception {
        String name = "\u00e4".repeat(127);
        try (OutputTransaction out = OutputTransaction.begin(STORAGE, false)) {
            TransactionScenario.write(STORAGE, out.stageFile(folder.resolve(name.substring(1) + ".")), "new");
            out.publish();
        }
        assertThat(folder.resolve(name.substring(1) + ".")).hasContent("new");
    }

    @Test
    void leavesTheStagingOfARunningProcessAlone() throws Exception {
        Path target = folder.resolve("model.safetensors");
        try (OutputTransaction first = OutputTransaction.begin(STORAGE, true);
                OutputTransaction second = OutputTransaction.begin(STORAGE, true)) {
            Path firstFile = first.stageFile(target);
            TransactionScenario.write(STORAGE, firstFile, "first");
            TransactionScenario.write(STORAGE, second.stageFile(target), "second");

            assertThat(firstFile).hasContent("first");
            second.publish();
            assertThat(target).hasContent("second");
            first.publish();
            assertThat(target).hasContent("first");
        }
        TransactionScenario.assertNothingLeft(folder);
    }

    @Test
    void removesLeftoversOfItsOwnNameOnly() throws Exception {
        Path own = leftover(".model.safetensors.merge-0123abcd");
        Path ownWithoutLock = Files.createDirectory(folder.resolve(".model.safetensors.merge-00000000"));
        Path other = leftover(".model2.safetensors.merge-0123abcd");
        Path foreign = leftover(".model.safetensors.merge-notes");
        Path withoutLock = Files.createDirectory(folder.resolve(".model.safetensors.merge-ffffffff"));
        Files.createFile(withoutLock.resolve("mine"));

        try (OutputTransaction out = OutputTransaction.begin(STORAGE, false)) {
            out.stageFile(folder.resolve("model.safetensors"));
        }

        assertThat(own).doesNotExist();
        assertThat(ownWithoutLock).doesNotExist();
        assertThat(other).exists();
        assertThat(foreign).exists();
        assertThat(withoutLock).exists();
    }

    @Test
    void putsBackTheOldFolderOfARunKilledBetweenTwoRenames() throws Exception {
        Path leftover = leftover(".merged.merge-0123abcd");
        Files.writeString(Files.createDirectory(leftover.resolve("old")).resolve("w.safetensors"), "old");
        Files.createDirectory(leftover.resolve("new"));

        try (OutputTransaction out = OutputTransaction.begin(STORAGE, false)) {
            Path merged = folder.resolve("merged");
            assertRefused(() -> out.stageFolder(merged), ErrorCode.OUTPUT_EXISTS, merged, "exists already");
        }

        assertThat(folder.resolve("merged/w.safetensors")).hasContent("old");
        assertThat(leftover).doesNotExist();
    }

    @Test
    void doesNotBringBackAnOldFolderThatWasReplacedWholly() throws Exception {
        Path leftover = leftover(".merged.merge-0123abcd");
        Files.createDirectory(leftover.resolve("old"));

        try (OutputTransaction out = OutputTransaction.begin(STORAGE, false)) {
            out.stageFolder(folder.resolve("merged"));
        }

        assertThat(folder).isEmptyDirectory();
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void replacesALinkAndNotWhatItPointsTo() throws Exception {
        Path pointedTo = Files.writeString(folder.resolve("original"), "old");
        Path link = Files.createSymbolicLink(folder.resolve("model.safetensors"), pointedTo.getFileName());

        try (OutputTransaction out = OutputTransaction.begin(STORAGE, true)) {
            TransactionScenario.write(STORAGE, out.stageFile(link), "new");
            out.publish();
        }

        assertThat(pointedTo).hasContent("old");
        assertThat(link).hasContent("new");
        assertThat(Files.isSymbolicLink(link)).isFalse();
    }

    @Test
    void reportsAnOutputThatWasNeverWritten() throws Exception {
        Path target = folder.resolve("model.safetensors");
        try (OutputTransaction out = OutputTransaction.begin(STORAGE, false)) {
            out.stageFile(target);

            assertRefused(out::publish, ErrorCode.NOT_FOUND, target, "the staged output is missing");
        }
    }

    @Test
    void cannotBeUsedAfterItsEnd() throws Exception {
        OutputTransaction out = OutputTransaction.begin(STORAGE, false);
        out.close();
        out.close();

        assertThatThrownBy(out::publish).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> out.stageFile(folder.resolve("f"))).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void leavesNoShutdownHookBehind() throws Exception {
        WeakReference<OutputTransaction> closed = closedTransaction();

        // A hook that stayed would hold its transaction for ever.
        for (int i = 0; i < 100 && closed.get() != null; i++) {
            System.gc();
            Thread.sleep(10);
        }

        assertThat(closed.get()).isNull();
    }

    private WeakReference<OutputTransaction> closedTransaction() throws MergeException {
        OutputTransaction out = OutputTransaction.begin(STORAGE, false);
        out.stageFile(folder.resolve("f"));
        out.close();
        return new WeakReference<>(out);
    }

    private Path leftover(String name) throws Exception {
        Path leftover = Files.createDirectory(folder.resolve(name));
        Files.createFile(leftover.resolve("lock"));
        return leftover;
    }

    private static MergeException assertRefused(ThrowingCallable call, ErrorCode code, Path file, String problem) {
        MergeException failure = catchThrowableOfType(MergeException.class, call);
        assertThat(failure).isNotNull();
        assertThat(failure.code()).isEqualTo(code);
        assertThat(failure.file()).isEqualTo(file.toString());
        assertThat(failure.problem()).contains(problem);
        return failure;
    }
}
