package org.modelmerge.cli.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// `merge verify` after `--hash-inputs` notices one flipped bit wherever it is.
@Timeout(180)
final class TamperTest {
    private static final int HOLDS = 0;
    private static final int MALFORMED = 3;
    private static final int FAILS = 6;

    @TempDir
    Path directory;

    @BeforeEach
    void merge() throws Exception {
        Samples.model(1, 0).writeSharded(directory.resolve("base"), 2);
        Files.writeString(directory.resolve("base/config.json"), "{\"torch_dtype\": \"float32\"}\n");
        Samples.model(2, 0).write(directory.resolve(Samples.EXPERT_A));
        Samples.model(3, 0).write(directory.resolve(Samples.EXPERT_B));
        RealCommand.Ended merged = RealCommand.in(directory)
                .run(
                        "--method",
                        "ties",
                        "--hash-inputs",
                        "--max-shard-size",
                        "30KB",
                        "-o",
                        "out",
                        "base",
                        Samples.EXPERT_A,
                        Samples.EXPERT_B);
        assertThat(merged.exit()).as(merged.err()).isZero();
    }

    private RealCommand.Ended verify() throws IOException, InterruptedException {
        return RealCommand.in(directory).run("verify", "out", "base", Samples.EXPERT_A, Samples.EXPERT_B);
    }

    private int verifyWithFlipped(String file, long offset) throws IOException, InterruptedException {
        Path path = directory.resolve(file);
        Samples.flip(path, offset < 0 ? Files.size(path) + offset : offset);
        RealCommand.Ended ended = verify();
        Samples.flip(path, offset < 0 ? Files.size(path) + offset : offset);
        assertThat(ended.out() + ended.err())
                .as(file + " at " + offset)
                .contains(path.getFileName().toString());
        return ended.exit();
    }

    @Test
    void holdsBefore() throws Exception {
        RealCommand.Ended ended = verify();

        assertThat(ended.exit()).as(ended.out()).isEqualTo(HOLDS);
        assertThat(ended.out()).doesNotContain("unchecked");
    }

    @Test
    void noticesAChangedOutput() throws Exception {
        List<String> shards = Samples.names(directory.resolve("out")).stream()
                .filter(name -> name.endsWith(".safetensors"))
                .toList();
        assertThat(shards).hasSizeGreaterThan(1);
        for (String shard : shards) {
            long inAName = position("out/" + shard, "\"dtype\"") - 3;
            assertThat(verifyWithFlipped("out/" + shard, 0)).isEqualTo(FAILS);
            assertThat(verifyWithFlipped("out/" + shard, inAName)).isEqualTo(FAILS);
            assertThat(verifyWithFlipped("out/" + shard, -1)).isEqualTo(FAILS);
        }
        assertThat(verifyWithFlipped("out/merge-recipe.yaml", 20)).isEqualTo(FAILS);
        assertThat(verifyWithFlipped("out/merge-report.json", 0)).isEqualTo(FAILS);
        assertThat(verify().exit()).isEqualTo(HOLDS);
    }

    @Test
    void noticesChangedInputs() throws Exception {
        String shard = "base/model-00002-of-00002.safetensors";
        for (String input : List.of(shard, Samples.EXPERT_A, Samples.EXPERT_B)) {
            // The shape [37,71] becomes [37,70]: no longer as many bytes as the offsets say.
            assertThat(verifyWithFlipped(input, position(input, "71]") + 1)).isEqualTo(MALFORMED);
            assertThat(verifyWithFlipped(input, -1)).isEqualTo(FAILS);
        }
        assertThat(verifyWithFlipped(Samples.EXPERT_A, position(Samples.EXPERT_A, "layer.0")))
                .isEqualTo(FAILS);
        assertThat(verify().exit()).isEqualTo(HOLDS);
    }

    @Test
    void noticesSwappedInputsAndOtherFilesOfTheOutput() throws Exception {
        RealCommand.Ended swapped =
                RealCommand.in(directory).run("verify", "out", "base", Samples.EXPERT_B, Samples.EXPERT_A);
        assertThat(swapped.exit()).isEqualTo(FAILS);

        Map<String, String> before = Samples.contents(directory.resolve("out"));
        Files.delete(directory.resolve("out/merge-recipe.yaml"));
        assertThat(before).containsKey("merge-recipe.yaml");
        assertThat(verify().exit()).isEqualTo(FAILS);
    }

    private long position(String file, String text) throws IOException {
        String content = new String(Files.readAllBytes(directory.resolve(file)), StandardCharsets.ISO_8859_1);
        assertThat(content).contains(text);
        return content.indexOf(text);
    }
}
