package org.modelmerge.cli.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Limits of files and disks. Tests that mount something are skipped where that is not allowed.
@Timeout(120)
@EnabledOnOs(OS.LINUX)
final class DiskTest {
    @TempDir
    Path directory;

    private Path target;

    @BeforeEach
    void writeModels() throws IOException {
        Samples.writeSmall(directory);
        target = Files.createDirectory(directory.resolve("target"));
    }

    private RealCommand.Ended merge(String prelude, String output) throws IOException, InterruptedException {
        return RealCommand.in(directory)
                .after(prelude)
                .run("-f", "--method", "ties", "-o", output, Samples.BASE, Samples.EXPERT_A);
    }

    private static boolean runs(String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(command).redirectErrorStream(true).start().waitFor() == 0;
    }

    @ParameterizedTest
    @ValueSource(strings = {"target/out.safetensors", "target/out"})
    void leavesNothingWhereAFileMayNotGrowAsLarge(String output) throws Exception {
        for (int blocks : List.of(1, 40, 90)) {
            RealCommand.Ended ended = merge("ulimit -f " + blocks, output);

            assertThat(ended.exit()).as(ended.err()).isEqualTo(5);
            assertThat(ended.err()).contains("cannot write: file size limit exceeded");
            // What was asked for, or a part of it; not the hidden folder in which it is built.
            assertThat(ended.err()).startsWith("merge: " + output).doesNotContain(".merge-");
            assertThat(target).isEmptyDirectory();
        }
    }

    @Test
    void keepsTheOldOutputOnAFullDisk() throws Exception {
        assumeTrue(runs("mount", "-t", "tmpfs", "-o", "size=80k", "tmpfs", target.toString()), "mounting works");
        try {
            Files.writeString(target.resolve("out.safetensors"), "old");
            Map<String, String> before = Samples.contents(target);

            RealCommand.Ended ended = merge("", "target/out.safetensors");

            assertThat(ended.exit()).as(ended.err()).isEqualTo(5);
            assertThat(ended.err()).contains("no space left on device");
            assertThat(Samples.contents(target)).isEqualTo(before);
        } finally {
            assertThat(runs("umount", target.toString())).isTrue();
        }
    }

    @Test
    void refusesAReadOnlyFolder() throws Exception {
        assumeTrue(runs("mount", "-t", "tmpfs", "-o", "ro", "tmpfs", target.toString()), "mounting works");
        try {
            RealCommand.Ended ended = merge("", "target/out.safetensors");

            assertThat(ended.exit()).as(ended.err()).isEqualTo(5);
            assertThat(ended.err())
                    .startsWith("merge: target/out.safetensors: cannot stage the output beside it")
                    .contains("read-only file system");
        } finally {
            assertThat(runs("umount", target.toString())).isTrue();
        }
    }

    @Test
    void saysThatStandardOutputIsFull() throws Exception {
        RealCommand.Ended ended = merge("exec >/dev/full", "target/out.safetensors");

        assertThat(ended.exit()).isEqualTo(5);
        assertThat(ended.err()).contains("merge: cannot write to standard output");
        assertThat(target.resolve("out.safetensors")).isRegularFile();
    }
}
