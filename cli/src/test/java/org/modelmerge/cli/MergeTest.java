package org.modelmerge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.modelmerge.checkpoint.Checkpoint;
import org.modelmerge.checkpoint.LocalStorage;
import org.modelmerge.checkpoint.StoredTensor;
import org.modelmerge.error.MergeException;

final class MergeTest {
    @TempDir
    Path directory;

    private Cli.Result merge(String... words) throws IOException {
        if (!Files.exists(directory.resolve(Models.BASE))) {
            Models.write(directory);
        }
        return Cli.in(directory).run(words);
    }

    private float[] floats(String path) throws MergeException {
        try (Checkpoint checkpoint = Checkpoint.open(LocalStorage.INSTANCE, directory.resolve(path))) {
            StoredTensor w = checkpoint.tensors().get("w");
            ByteBuffer bytes = ByteBuffer.allocate((int) w.info().byteCount()).order(ByteOrder.LITTLE_ENDIAN);
            w.shard().source().read(bytes, w.fileOffset());
            float[] values = new float[bytes.capacity() / Float.BYTES];
            bytes.flip().asFloatBuffer().get(values);
            return values;
        }
    }

    @Test
    void writesOneFileWithItsReportBesideItAndPrintsThePath() throws Exception {
        Cli.Result result = merge("--method", "average", Models.BASE, Models.EXPERT_A, Models.EXPERT_B);

        assertThat(result.exit()).isZero();
        assertThat(result.out()).isEqualTo(directory.resolve("merged.safetensors") + "\n");
        assertThat(floats("merged.safetensors")).containsExactly(1.5f, 3, 3);
        assertThat(Cli.in(directory).names())
                .containsExactly(
                        Models.EXPERT_A,
                        Models.EXPERT_B,
                        Models.BASE,
                        "merged.report.html",
                        "merged.report.json",
                        "merged.safetensors");
    }

    @Test
    void saysWhatItDidOnStderr() throws Exception {
        Cli.Result result = merge("--method", "task_arithmetic", Models.BASE, Models.EXPERT_A, Models.EXPERT_B);

        assertThat(result.errorLines())
                .hasSize(7)
                .contains(
                        "method   task-arithmetic lambda=0.3",
                        "tasks    a, b",
                        "tensors  1 merged, 1 copied, 0 dropped; D = 3",
                        "output   " + directory.resolve("merged.safetensors"),
                        "report   " + directory.resolve("merged.report.html"));
    }

    @Test
    void saysNothingOnStderrWhenQuiet() throws Exception {
        Cli.Result result = merge("-q", "--method", "average", Models.BASE, Models.EXPERT_A);

        assertThat(result.exit()).isZero();
        assertThat(result.err()).isEmpty();
    }

    @Test
    void saysWhatHappensToEachTensorWhenVerbose() throws Exception {
        Cli.Result result = merge("-v", "--method", "average", Models.BASE, Models.EXPERT_A);

        assertThat(result.errorLines())
                .contains("w F32 [3]: merge", "ids I64 [2]: copy, integers and bools are never averaged");
    }

    @Test
    void takesNegativeCoefficientsWithAndWithoutEqualsSign() throws Exception {
        merge("--method", "task-arithmetic", "--lambda=-0.5", "-o", "x.safetensors", Models.BASE, Models.EXPERT_A);
        merge("--method", "task-arithmetic", "--lambda", "-0.5", "-o", "y.safetensors", Models.BASE, Models.EXPERT_A);
        merge(
                "--method",
                "task-arithmetic",
                "--lambda",
                "-0.5,1",
                "-o",
                "z.safetensors",
                Models.BASE,
                Models.EXPERT_A,
                Models.EXPERT_B);

        assertThat(floats("x.safetensors")).containsExactly(0.5f, 2, 3);
        assertThat(floats("y.safetensors")).containsExactly(0.5f, 2, 3);
        assertThat(floats("z.safetensors")).containsExactly(0.5f, 4, 3);
    }

    @Test
    void takesDensityAsPercentAndAsFraction() throws Exception {
        merge("--method", "ties", "--density", "20%", "-o", "x.safetensors", Models.BASE, Models.EXPERT_A);
        merge("--method", "ties", "--density", "0.2", "-o", "y.safetensors", Models.BASE, Models.EXPERT_A);

        assertThat(Files.readAllBytes(directory.resolve("x.safetensors")))
                .isEqualTo(Files.readAllBytes(directory.resolve("y.safetensors")));
    }

    @Test
    void refusesAnOptionThatTheMethodLacks() throws Exception {
        Cli.Result result = merge("--method", "average", "--density", "20%", Models.BASE, Models.EXPERT_A);

        assertThat(result.exit()).isEqualTo(2);
        assertThat(result.err()).isEqualTo("merge: average has no option --density\nhint: its options are --weights\n");
        assertThat(Cli.in(directory).names()).containsExactly(Models.EXPERT_A, Models.EXPERT_B, Models.BASE);
    }

    @Test
    void printsOneDocumentWithJson() throws Exception {
        Cli.Result result = merge("--json", "--no-report", "--method", "average", Models.BASE, Models.EXPERT_A);

        assertThat(result.exit()).isZero();
        assertThat(result.out())
                .contains("\"schema\": 1", "\"method\": \"average\"", "\"elements\": 3", "\"report\": null")
                .contains("\"output\": \"" + directory.resolve("merged.safetensors") + "\"");
        assertThat(directory.resolve("merged.report.json")).doesNotExist();
    }

    @Test
    void warnsWhenAnExpertIsGivenTwice() throws Exception {
        Cli.Result result = merge("--method", "average", Models.BASE, Models.EXPERT_A, "./" + Models.EXPERT_A);

        assertThat(result.exit()).isZero();
        assertThat(result.err())
                .contains("merge: warning: " + directory.resolve("./" + Models.EXPERT_A)
                        + ": this expert is given more than once");
    }

    @Test
    void warnsOfTheAverageOfOneExpert() throws Exception {
        Cli.Result result = merge("--method", "average", Models.BASE, Models.EXPERT_A);

        assertThat(result.err()).contains("merge: warning: the average of one expert is that expert");
    }

    @Test
    void fillsAFolderWithModelDocumentsAndTheBasesOtherFiles() throws Exception {
        Models.writeFolders(directory);

        Cli.Result result = Cli.in(directory).run("--method", "average", "--dtype", "bf16", "base", "a", "b");

        assertThat(result.exit()).as(result.err()).isZero();
        assertThat(result.out()).isEqualTo(directory.resolve("merged") + "\n");
        assertThat(Cli.in(directory.resolve("merged")).names())
                .containsExactly(
                        "README.md",
                        "config.json",
                        "merge-recipe.yaml",
                        "merge-report.html",
                        "merge-report.json",
                        "model.safetensors",
                        "tokenizer.json");
        assertThat(directory.resolve("merged/config.json")).content().contains("\"torch_dtype\": \"bfloat16\"");
        assertThat(directory.resolve("merged/README.md")).content().doesNotContain("the base's card");
        assertThat(directory.resolve("merged/merge-recipe.yaml")).content().doesNotContain(directory.toString());
        assertThat(directory.resolve("merged/merge-report.json"))
                .content()
                .contains("merge-recipe.yaml")
                .doesNotContain(directory.toString());
    }

    @Test
    void splitsAFolderIntoShards() throws Exception {
        Models.writeFolders(directory);

        Cli.Result result =
                Cli.in(directory).run("--method", "average", "--max-shard-size", "16", "-o", "m", "base", "a");

        assertThat(result.exit()).as(result.err()).isZero();
        assertThat(Cli.in(directory.resolve("m")).names())
                .contains(
                        "model-00001-of-00002.safetensors",
                        "model-00002-of-00002.safetensors",
                        "model.safetensors.index.json");
        assertThat(Cli.in(directory).run("verify", "m").exit()).isZero();
    }

    @Test
    void givesTheSameBytesWhateverTheThreadsAndSlices() throws Exception {
        merge("--method", "ties", "-o", "x.safetensors", Models.BASE, Models.EXPERT_A, Models.EXPERT_B);
        merge(
                "--method",
                "ties",
                "--threads",
                "3",
                "--slice-elements",
                "2",
                "-o",
                "y.safetensors",
                Models.BASE,
                Models.EXPERT_A,
                Models.EXPERT_B);

        assertThat(Cli.in(directory)
                        .run("diff", "x.safetensors", "y.safetensors")
                        .exit())
                .isZero();
    }

    @Test
    void drawsProgressWhenTold() throws Exception {
        Cli.Result result = merge("-q", "--progress", "always", "--method", "average", Models.BASE, Models.EXPERT_A);

        assertThat(result.err())
                .contains("\rpass 1/2 compare copied tensors", "\rpass 2/2 emit")
                .endsWith("\r");
    }
}
