package org.modelmerge.cli.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Signals while a score command runs.
@Timeout(180)
@DisabledOnOs(OS.WINDOWS)
final class ScoreSignalTest {
    @TempDir
    Path directory;

    @BeforeEach
    void writeModels() throws IOException {
        Samples.writeSmall(directory);
    }

    @ParameterizedTest
    @CsvSource({"INT, 130", "TERM, 143"})
    void endsTheCommandAndLeavesNothingBehind(String signal, int exit) throws Exception {
        List<String> before = Samples.names(directory);
        Path pids = Files.createTempDirectory("score").resolve("pids");
        RealCommand.Running merge = RealCommand.in(directory)
                .start(
                        "eval",
                        "--score",
                        "sh -c 'sleep 300 & echo $! $$ > " + pids + ".tmp; mv " + pids + ".tmp " + pids + "; wait' {}",
                        "--report",
                        "r",
                        Samples.BASE);
        while (merge.process().isAlive() && !Files.exists(pids)) {
            Thread.sleep(5);
        }
        assertThat(merge.process().isAlive()).isTrue();

        merge.signal(signal);

        assertThat(merge.await().exit()).isEqualTo(exit);
        for (String pid : Files.readString(pids).strip().split(" ")) {
            assertThat(stateOf(pid)).doesNotMatch("[^Z].*");
        }
        assertThat(Samples.names(directory)).isEqualTo(before);
    }

    /// What ps says about a process: nothing if it is gone, Z if it has ended and nobody asked for its exit code.
    private static String stateOf(String pid) throws Exception {
        Process ps = new ProcessBuilder("ps", "-o", "stat=", "-p", pid).start();
        return new String(ps.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    }
}
