package org.modelmerge.cli.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Several processes that write the same output at once.
@Timeout(180)
final class SameOutputTest {
    private static final long BYTES = 1L << 22;
    private static final int PROCESSES = 2;

    @TempDir
    Path directory;

    @BeforeEach
    void writeModels() throws IOException {
        Samples.writeLarge(directory, BYTES);
    }

    private RealCommand.Running start(String lambda, String output, boolean force) throws IOException {
        List<Object> words = new ArrayList<>(List.of("--method", "task-arithmetic", "--lambda", lambda));
        words.addAll(List.of("--threads", "1", "-o", output, Samples.BASE, Samples.EXPERT_A));
        if (force) {
            words.add("-f");
        }
        return RealCommand.in(directory).start(words.toArray());
    }

    /// What each process would have written alone.
    private List<Map<String, String>> alone(String output) throws IOException, InterruptedException {
        List<Map<String, String>> results = new ArrayList<>();
        for (int i = 0; i < PROCESSES; i++) {
            assertThat(start("0." + (i + 1), output, true).await().exit()).isZero();
            results.add(outputs());
        }
        assertThat(results).doesNotHaveDuplicates();
        return results;
    }

    private Map<String, String> outputs() throws IOException {
        Map<String, String> contents = Samples.contents(directory);
        contents.keySet().removeIf(name -> !name.startsWith("out") && !name.startsWith("."));
        return contents;
    }

    private List<RealCommand.Ended> together(String output, boolean force) throws IOException, InterruptedException {
        List<RealCommand.Running> running = new ArrayList<>();
        for (int i = 0; i < PROCESSES; i++) {
            running.add(start("0." + (i + 1), output, force));
        }
        List<RealCommand.Ended> ended = new ArrayList<>();
        for (RealCommand.Running process : running) {
            ended.add(process.await());
        }
        return ended;
    }

    @ParameterizedTest
    @ValueSource(strings = {"out.safetensors", "out"})
    void letsTheFirstOfThemWinWithoutForce(String output) throws Exception {
        List<Map<String, String>> alone = alone(output);
        for (String name : Samples.names(directory)) {
            if (name.startsWith("out")) {
                Samples.delete(directory.resolve(name));
            }
        }

        List<RealCommand.Ended> ended = together(output, false);

        List<Integer> winners = new ArrayList<>();
        for (int i = 0; i < PROCESSES; i++) {
            if (ended.get(i).exit() == 0) {
                winners.add(i);
            } else {
                assertThat(ended.get(i).exit()).as(ended.get(i).err()).isEqualTo(2);
                assertThat(ended.get(i).err()).contains("exists");
            }
        }
        assertThat(winners).as(ended.toString()).hasSize(1);
        assertThat(outputs()).isEqualTo(alone.get(winners.getFirst()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"out.safetensors", "out"})
    void leavesTheWholeOutputOfOneOfThemWithForce(String output) throws Exception {
        List<Map<String, String>> alone = alone(output);

        List<RealCommand.Ended> ended = together(output, true);

        assertThat(ended)
                .extracting(RealCommand.Ended::exit)
                .as(ended.toString())
                .containsOnly(0);
        Map<String, String> left = outputs();
        assertThat(left).containsOnlyKeys(alone.getFirst().keySet());
        if (output.equals("out")) {
            assertThat(left).isIn(alone);
        }
        // Of a file and its report each is whole, but two runs may leave one of each.
        left.forEach((name, hash) ->
                assertThat(alone).extracting(each -> each.get(name)).as(name).contains(hash));
    }
}
