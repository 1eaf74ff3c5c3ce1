package org.modelmerge.cli.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// SIGKILL at random moments of a large merge that replaces another one.
@Tag("long")
final class KillTest {
    private static final System.Logger LOG = System.getLogger(KillTest.class.getName());

    private static final long BYTES = 1_000_000_000L;
    private static final int KILLS = 30;
    private static final long SEED = 20_26;

    @TempDir
    Path directory;

    private RealCommand.Running start(String lambda) throws IOException {
        return RealCommand.in(directory)
                .start(
                        "-f",
                        "--method",
                        "task-arithmetic",
                        "--lambda",
                        lambda,
                        "-o",
                        "out.safetensors",
                        Samples.BASE,
                        Samples.EXPERT_A);
    }

    private Map<String, String> merge(String lambda) throws IOException, InterruptedException {
        RealCommand.Ended ended = start(lambda).await();
        assertThat(ended.exit()).as(ended.err()).isZero();
        return outputs();
    }

    /// Final names and their hashes.
    private Map<String, String> outputs() throws IOException {
        Map<String, String> outputs = Samples.contents(directory);
        outputs.keySet().removeIf(name -> !name.startsWith("out"));
        return outputs;
    }

    private List<String> leftovers() throws IOException {
        return Samples.names(directory).stream()
                .filter(name -> name.startsWith("."))
                .toList();
    }

    @Test
    void showsTheOldOrTheNewOutputAndTheNextRunWorks() throws Exception {
        Samples.writeLarge(directory, BYTES);
        Files.delete(directory.resolve(Samples.EXPERT_B));
        Map<String, String> whenNew = merge("0.7");
        long start = System.nanoTime();
        Map<String, String> whenOld = merge("0.3");
        long nanos = System.nanoTime() - start;
        SplittableRandom random = new SplittableRandom(SEED);
        List<String> seen = new ArrayList<>();
        for (int kill = 0; kill < KILLS; kill++) {
            long moment = random.nextLong(nanos / 10, nanos * 6 / 5);
            RealCommand.Running victim = start("0.7");
            boolean ended = victim.process().waitFor(moment, TimeUnit.NANOSECONDS);

            victim.process().destroyForcibly();
            victim.await();

            Map<String, String> left = outputs();
            assertThat(left).containsOnlyKeys(whenOld.keySet());
            left.forEach((name, hash) -> assertThat(hash).as(name).isIn(whenOld.get(name), whenNew.get(name)));
            seen.add((ended ? "ended" : "killed") + " after " + moment / 1_000_000 + " ms: "
                    + (left.equals(whenOld) ? "old" : left.equals(whenNew) ? "new" : "some new") + ", " + leftovers());
            assertThat(merge("0.3")).as("the next run").isEqualTo(whenOld);
            assertThat(leftovers()).isEmpty();
        }
        LOG.log(
                System.Logger.Level.INFO,
                () -> "a merge takes " + nanos / 1_000_000 + " ms\n" + String.join("\n", seen));
        assertThat(seen).anyMatch(line -> line.contains("old")).anyMatch(line -> line.startsWith("killed"));
    }
}
