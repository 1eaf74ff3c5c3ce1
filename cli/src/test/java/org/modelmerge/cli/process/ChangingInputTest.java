package org.modelmerge.cli.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// Inputs that change in the middle of a merge give an error or the right result.
@Timeout(180)
@DisabledOnOs(OS.WINDOWS)
final class ChangingInputTest {
    private static final long BYTES = 1L << 25;

    @TempDir
    Path directory;

    private enum Change {
        TRUNCATED,
        GROWN,
        OVERWRITTEN,
        REMOVED,
        REPLACED;

        void applyTo(Path file) throws IOException {
            switch (this) {
                case TRUNCATED -> resize(file, BYTES / 3);
                case GROWN -> resize(file, BYTES * 2);
                case OVERWRITTEN -> Samples.flip(file, BYTES - 1);
                case REMOVED -> Files.delete(file);
                case REPLACED -> {
                    Path other = file.resolveSibling("other");
                    Samples.writeSparse(other, BYTES, 3f);
                    Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);
                }
            }
        }

        private static void resize(Path file, long bytes) throws IOException {
            try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
                open.setLength(bytes);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void refusesAnInputThatChangedMeanwhile(Change change) throws Exception {
        changeWhileMerging(change, Samples.BASE);
    }

    @ParameterizedTest
    @CsvSource({"TRUNCATED, a.safetensors", "TRUNCATED, b.safetensors", "OVERWRITTEN, b.safetensors"})
    void refusesAnExpertThatChangedMeanwhile(Change change, String input) throws Exception {
        changeWhileMerging(change, input);
    }

    private void changeWhileMerging(Change change, String input) throws Exception {
        Samples.writeLarge(directory, BYTES);
        List<String> before = Samples.names(directory);
        RealCommand.Running merge = RealCommand.in(directory)
                .start("--method", "ties", "--threads", "1", Samples.BASE, Samples.EXPERT_A, Samples.EXPERT_B);
        while (merge.process().isAlive() && Samples.names(directory).equals(before)) {
            Thread.sleep(2);
        }
        assertThat(merge.process().isAlive()).isTrue();

        change.applyTo(directory.resolve(input));
        RealCommand.Ended ended = merge.await();

        // The passes take seconds and the change milliseconds, so it never comes too late to be seen.
        assertThat(ended.exit()).as(ended.err()).isEqualTo(5);
        assertThat(ended.err()).startsWith("merge: " + input + ": ").doesNotContain("Error", "Exception");
        assertThat(Samples.names(directory))
                .isSubsetOf(before)
                .hasSize(change == Change.REMOVED ? before.size() - 1 : before.size());
    }
}
