package org.modelmerge.cli.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The same bytes whatever the machine is set to, in every file that a merge writes.
@Timeout(120)
@DisabledOnOs(OS.WINDOWS)
final class DeterminismTest {
    @TempDir
    Path directory;

    private Map<String, String> merge(RealCommand command, String folder, Object... more) throws Exception {
        List<Object> words = new ArrayList<>(List.of(more));
        words.addAll(List.of("--hash-inputs", "-o", folder + "/out.safetensors"));
        words.addAll(List.of("--write-recipe", folder + "/recipe.yaml", "base.safetensors"));
        words.addAll(List.of("a.safetensors", "b.safetensors", "c.safetensors"));
        Files.createDirectory(directory.resolve(folder));

        RealCommand.Ended ended = command.run(words.toArray());

        assertThat(ended.exit()).as(ended.err()).isZero();
        return Samples.contents(directory.resolve(folder));
    }

    @ParameterizedTest
    @ValueSource(strings = {"ties", "pcb"})
    void writesTheSameBytesForAnyThreadsSlicesLocaleAndTimeZone(String method) throws Exception {
        Samples.writeSmall(directory);
        Samples.model(4, 0).write(directory.resolve("c.safetensors"));
        RealCommand plain = RealCommand.in(directory);

        Map<String, String> first =
                merge(plain, "1", "--method", method, "--threads", "1", "--slice-elements", "65536");

        assertThat(first).containsOnlyKeys("out.safetensors", "out.report.html", "out.report.json", "recipe.yaml");
        RealCommand turkish = plain.withEnvironment("LC_ALL", "tr_TR.UTF-8")
                .withEnvironment("TZ", "Asia/Tokyo")
                .withOptions("-Duser.language=tr", "-Duser.country=TR");
        assertThat(merge(turkish, "2", "--method", method, "--threads", "2", "--slice-elements", "7"))
                .isEqualTo(first);
        RealCommand bare = plain.withEnvironment("LC_ALL", "C").withEnvironment("TZ", "America/New_York");
        assertThat(merge(bare, "3", "--method", method, "--threads", "7", "--slice-elements", "1000"))
                .isEqualTo(first);
        RealCommand arabic = plain.withOptions("-Duser.language=ar", "-Duser.country=EG", "-Dfile.encoding=UTF-16");
        assertThat(merge(arabic, "4", "--method", method)).isEqualTo(first);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ties", "pcb"})
    void writesTheSameDataForAnyOrderOfTensorsAndAnyShards(String method) throws Exception {
        Path usual = Files.createDirectory(directory.resolve("usual"));
        Samples.writeSmall(usual);
        String expected = data(usual, method);
        for (int order : List.of(0, 2, 5)) {
            Path other = Files.createDirectory(directory.resolve("order-" + order));
            Samples.model(1, order).write(other.resolve(Samples.BASE));
            Samples.model(2, order + 1).write(other.resolve(Samples.EXPERT_A));
            Samples.model(3, order).writeSharded(other.resolve(Samples.EXPERT_B), 3);

            assertThat(data(other, method)).as("order " + order).isEqualTo(expected);
        }
    }

    private static String data(Path folder, String method) throws IOException, InterruptedException {
        RealCommand.Ended ended = RealCommand.in(folder)
                .run("-q", "--no-report", "--method", method, Samples.BASE, Samples.EXPERT_A, Samples.EXPERT_B);
        assertThat(ended.exit()).as(ended.err()).isZero();
        return Samples.dataSha256(folder.resolve("merged.safetensors"));
    }
}
