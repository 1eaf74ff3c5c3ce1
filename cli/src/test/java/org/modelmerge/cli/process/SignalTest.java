package org.modelmerge.cli.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Signals in the middle of a merge.
@Timeout(180)
@DisabledOnOs(OS.WINDOWS)
final class SignalTest {
    private static final long BYTES = 1L << 26;

    @TempDir
    Path directory;

    @BeforeEach
    void writeModels() throws IOException {
        Samples.writeLarge(directory, BYTES);
    }

    /// A merge in slices so small that it takes seconds: a signal has to find it at work, on a loaded machine too.
    private RealCommand.Running start(String output, Object... more) throws IOException {
        Object[] words = Stream.concat(
                        Stream.of(more),
                        Stream.of(
                                "--method",
                                "ties",
                                "--threads",
                                "1",
                                "--slice-elements",
                                "64",
                                "-o",
                                output,
                                Samples.BASE,
                                Samples.EXPERT_A,
                                Samples.EXPERT_B))
                .toArray();
        return RealCommand.in(directory).start(words);
    }

    /// Waits until the weights are being written.
    private void awaitStagedWeights(RealCommand.Running merge) throws IOException, InterruptedException {
        while (merge.process().isAlive() && !hasStagedWeights()) {
            Thread.sleep(2);
        }
        assertThat(merge.process().isAlive()).isTrue();
    }

    private boolean hasStagedWeights() throws IOException {
        for (String name : Samples.names(directory)) {
            if (name.startsWith(".") && hasWeights(directory.resolve(name))) {
                return true;
            }
        }
        return false;
    }

    private static boolean hasWeights(Path staging) throws IOException {
        try (Stream<Path> files = Files.walk(staging)) {
            return files.anyMatch(file -> file.toString().endsWith("safetensors") && Files.isRegularFile(file));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "INT, 130, out.safetensors",
        "INT, 130, out",
        "TERM, 143, out.safetensors",
        "TERM, 143, out",
        "HUP, 129, out"
    })
    void endsTheMergeAndLeavesNothing(String signal, int exit, String output) throws Exception {
        List<String> before = Samples.names(directory);
        RealCommand.Running merge = start(output);
        awaitStagedWeights(merge);

        merge.signal(signal);
        RealCommand.Ended ended = merge.await();

        assertThat(ended.exit()).isEqualTo(exit);
        assertThat(ended.out()).isEmpty();
        assertThat(ended.err()).doesNotContain("Exception", "at org.");
        assertThat(Samples.names(directory)).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(strings = {"INT", "TERM"})
    void keepsTheOldOutputWhenAForcedMergeEndsEarly(String signal) throws Exception {
        Files.createDirectory(directory.resolve("out"));
        Files.writeString(directory.resolve("out/model.safetensors"), "old");
        Map<String, String> before = Samples.contents(directory.resolve("out"));
        List<String> names = Samples.names(directory);
        RealCommand.Running merge = start("out", "--force");
        awaitStagedWeights(merge);

        merge.signal(signal);
        merge.await();

        assertThat(Samples.contents(directory.resolve("out"))).isEqualTo(before);
        assertThat(Samples.names(directory)).isEqualTo(names);
    }
}
