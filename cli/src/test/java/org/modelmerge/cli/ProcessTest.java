package org.modelmerge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.modelmerge.testing.ChildJvm;
import org.modelmerge.testing.TinyCheckpoint;

/// The real command in a process of its own.
final class ProcessTest {
    /// Large enough that a merge takes seconds, small enough to be hashed and summed on any machine.
    private static final int ELEMENTS = 1 << 24;

    private static final long PATIENCE_SECONDS = 120;

    @TempDir
    Path directory;

    /// A checkpoint of zeros, which takes no room on most file systems.
    private void writeZeros(String name) throws IOException {
        byte[] header = TinyCheckpoint.fileWithHeader(
                "{\"w\":{\"dtype\":\"F32\",\"shape\":[" + ELEMENTS + "],\"data_offsets\":[0," + 4L * ELEMENTS + "]}}",
                0);
        try (RandomAccessFile file =
                new RandomAccessFile(directory.resolve(name).toFile(), "rw")) {
            file.write(header);
            file.setLength(header.length + 4L * ELEMENTS);
        }
    }

    private List<String> names() throws IOException {
        return Cli.in(directory).names();
    }

    @Test
    void exitsWithTheCodeOfTheCommand() throws Exception {
        Models.write(directory);
        ChildJvm jvm = new ChildJvm();

        assertThat(jvm.run(Main.class, "diff", directory.resolve(Models.BASE), directory.resolve(Models.EXPERT_A))
                        .exitCode())
                .isEqualTo(6);
        assertThat(jvm.run(Main.class, "inspect", directory.resolve("absent")).exitCode())
                .isEqualTo(5);
        assertThat(jvm.run(Main.class, "--version").exitCode()).isZero();
    }

    @Test
    @Timeout(PATIENCE_SECONDS)
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void leavesNothingBehindWhenTerminated() throws Exception {
        for (String name : List.of("base", "a", "b")) {
            writeZeros(name + ".safetensors");
        }
        List<String> before = names();
        Process process = new ChildJvm()
                .start(
                        Main.class,
                        "--method",
                        "ties",
                        "--threads",
                        "1",
                        "-o",
                        directory.resolve("out.safetensors"),
                        directory.resolve("base.safetensors"),
                        directory.resolve("a.safetensors"),
                        directory.resolve("b.safetensors"));
        while (names().equals(before) && process.isAlive()) {
            Thread.sleep(5);
        }

        process.destroy();

        assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(143);
        assertThat(names()).isEqualTo(before);
    }
}
