package org.modelmerge.cli.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// SIGKILL in the middle of learning, on the small image networks of the samples.
@Timeout(360)
@EnabledOnOs(OS.LINUX)
final class LearningKillTest {
    private static final int STEPS = 100;
    private static final Pattern STEP = Pattern.compile("\"step\":(\\d+),\"raw\"");
    private static final Path SAMPLES =
            Path.of("../samples/image-cnn").toAbsolutePath().normalize();

    @TempDir
    Path directory;

    @BeforeEach
    void writeTasks() throws IOException {
        Files.writeString(directory.resolve("tasks.yaml"), """
            model: {architecture: image-cnn}
            tasks:
            """ + task("eurosat") + task("sign-digits"));
    }

    /// Learns from all samples, and evaluates on few.
    private static String task(String name) {
        String images = SAMPLES.resolve("data/" + name + "/test-images.idx.gz").toString();
        String labels = SAMPLES.resolve("data/" + name + "/test-labels.idx.gz").toString();
        return """
              - name: %s
                head: {file: %s, prefix: head.}
                test: {images: %s, labels: %s, rows: "0:10"}
                unlabelled: {images: %s}
            """.formatted(name, SAMPLES.resolve("heads/" + name + ".safetensors"), images, labels, images);
    }

    private RealCommand.Running start(String name, String threads, String... more) throws IOException {
        List<Object> words = new ArrayList<>(List.of("--method", "adamerging", "--tasks", "tasks.yaml"));
        words.addAll(List.of("--steps", STEPS, "--batch-size", "4", "--learning-rate", "0.01", "--threads", threads));
        words.addAll(List.of("--save-coefficients", name + ".json", "--output", name + ".safetensors"));
        words.addAll(List.of(more));
        words.add(SAMPLES.resolve("base.safetensors"));
        words.add(SAMPLES.resolve("eurosat.safetensors"));
        words.add(SAMPLES.resolve("sign-digits.safetensors"));
        return RealCommand.in(directory).start(words.toArray());
    }

    private void requireSuccess(RealCommand.Running merge) throws Exception {
        RealCommand.Ended ended = merge.await();
        assertThat(ended.exit()).as(ended.err()).isZero();
    }

    /// Steps that the state knows of.
    private int savedSteps() throws IOException {
        Matcher step = STEP.matcher(Files.readString(directory.resolve("state/adamerging.json")));
        assertThat(step.find()).isTrue();
        return Integer.parseInt(step.group(1));
    }

    @Test
    void aKilledRunGoesOnToTheSameBits() throws Exception {
        requireSuccess(start("whole", "2"));
        RealCommand.Running victim = start("resumed", "1", "--state", "state");
        while (victim.process().isAlive() && !Files.exists(directory.resolve("state/adamerging.json"))) {
            Thread.sleep(2);
        }

        victim.process().destroyForcibly();

        assertThat(victim.await().exit()).isEqualTo(137);
        assertThat(savedSteps()).isBetween(10, STEPS - 10);
        assertThat(Samples.names(directory)).doesNotContain("resumed.json", "resumed.safetensors");
        requireSuccess(start("resumed", "2", "--state", "state"));
        assertThat(savedSteps()).isEqualTo(STEPS);
        for (String suffix : List.of(".json", ".safetensors")) {
            assertThat(directory.resolve("resumed" + suffix))
                    .hasSameBinaryContentAs(directory.resolve("whole" + suffix));
        }
    }
}
