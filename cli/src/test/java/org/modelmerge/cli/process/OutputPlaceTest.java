package org.modelmerge.cli.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Places where no output may go, in all their spellings, and inputs that are no regular files.
@Timeout(60)
@EnabledOnOs({OS.LINUX, OS.MAC})
final class OutputPlaceTest {
    @TempDir
    Path directory;

    private Map<String, String> before;

    @BeforeEach
    void writeModels() throws Exception {
        Samples.writeSmall(directory);
        Samples.model(1, 0).writeSharded(directory.resolve("base"), 2);
        Files.writeString(directory.resolve("base/config.json"), "{\"torch_dtype\": \"float32\"}\n");
        Files.createSymbolicLink(directory.resolve("symbolic.safetensors"), Path.of(Samples.EXPERT_A));
        Files.createLink(directory.resolve("hard.safetensors"), directory.resolve(Samples.EXPERT_A));
        Files.createSymbolicLink(directory.resolve("folder"), Path.of("base"));
        Files.createDirectory(directory.resolve("directory.safetensors"));
        assertThat(new ProcessBuilder(
                                "mkfifo", directory.resolve("pipe.safetensors").toString())
                        .start()
                        .waitFor())
                .isZero();
        before = Samples.contents(directory);
    }

    private RealCommand.Ended merge(Object... words) throws IOException, InterruptedException {
        List<Object> all = new ArrayList<>(List.of("--method", "average", "-f"));
        all.addAll(List.of(words));
        return RealCommand.in(directory).run(all.toArray());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a.safetensors",
                "./base/../a.safetensors",
                "symbolic.safetensors",
                "hard.safetensors",
                "base/model-00002-of-00002.safetensors",
                "folder/model-00001-of-00002.safetensors",
                "base",
                "folder/",
                ".",
                "base/.."
            })
    void refusesAnOutputThatIsAnInput(String output) throws Exception {
        RealCommand.Ended ended = merge("-o", output, "base", Samples.EXPERT_A);

        assertThat(ended.exit()).as(ended.err()).isEqualTo(2);
        assertThat(ended.err()).contains("this output is, or holds, the input ");
        assertThat(Samples.contents(directory)).isEqualTo(before);
    }

    @ParameterizedTest
    @CsvSource({
        "--report, base/config",
        "--report, folder/config.json",
        "--write-recipe, base/config.json",
        "--write-recipe, base/model.safetensors.index.json",
        "--write-recipe, a.safetensors",
        "--write-recipe, hard.safetensors"
    })
    void refusesADocumentThatIsAFileOfAnInput(String option, String path) throws Exception {
        RealCommand.Ended ended = merge("-o", "out.safetensors", option, path, "base", Samples.EXPERT_A);

        assertThat(ended.exit()).as(ended.err()).isEqualTo(2);
        assertThat(ended.err()).contains("this output is, or holds, the input ");
        assertThat(Samples.contents(directory)).isEqualTo(before);
    }

    @ParameterizedTest
    @CsvSource({
        "pipe.safetensors, 5",
        "directory.safetensors, 5",
        "/dev/zero, 5",
        "/dev/stdin, 5",
        "absent.safetensors, 5",
        "/dev/null, 5"
    })
    void neverBlocksOnAnInputThatIsNoRegularFile(String input, int exit) throws Exception {
        RealCommand.Ended asExpert = merge("-o", "out.safetensors", Samples.BASE, input);
        RealCommand.Ended asBase = merge("-o", "out.safetensors", input, Samples.EXPERT_A);
        RealCommand.Ended asRecipe = RealCommand.in(directory).run("run", input);

        assertThat(List.of(asExpert.exit(), asBase.exit(), asRecipe.exit()))
                .as(asExpert.err() + asBase.err() + asRecipe.err())
                .containsOnly(exit);
        assertThat(Samples.contents(directory)).isEqualTo(before);
    }

    @Test
    void neverBlocksOnAPipeInAModelFolder() throws Exception {
        Files.move(directory.resolve("pipe.safetensors"), directory.resolve("base/vocabulary.txt"));

        RealCommand.Ended ended = merge("-o", "out", "base", Samples.EXPERT_A);

        assertThat(ended.exit()).as(ended.err()).isZero();
        assertThat(Samples.names(directory.resolve("out")))
                .contains("config.json")
                .doesNotContain("vocabulary.txt");
    }

    @ParameterizedTest
    @CsvSource({
        "pipe.safetensors, 2",
        "directory.safetensors, 2",
        "absent/out.safetensors, 5",
        "a.safetensors/out.safetensors, 5",
        "/proc/out.safetensors, 5",
        "/dev/null, 2"
    })
    void refusesAPlaceWhereNoOutputCanBe(String output, int exit) throws Exception {
        RealCommand.Ended ended = merge("-o", output, Samples.BASE, Samples.EXPERT_A);

        assertThat(ended.exit()).as(ended.err()).isEqualTo(exit);
        assertThat(ended.err()).startsWith("merge: ").doesNotContain("Exception");
        assertThat(Samples.contents(directory)).isEqualTo(before);
    }
}
