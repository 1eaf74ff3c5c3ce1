package org.modelmerge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.modelmerge.checkpoint.DType;
import org.modelmerge.checkpoint.Shape;
import org.modelmerge.testing.TinyCheckpoint;

/// What goes wrong first when language models are merged: one clear line, and a hint that cures it.
final class LanguageModelTest {
    @TempDir
    Path directory;

    @BeforeEach
    void writeBase() throws IOException {
        llama(DType.F32, 8, 2, true).write(directory.resolve("base/model.safetensors"));
    }

    /// The tensor names of Llama, two wide.
    private static TinyCheckpoint llama(DType dtype, int vocabulary, int layers, boolean head) {
        TinyCheckpoint model = new TinyCheckpoint();
        add(model, dtype, "model.embed_tokens.weight", vocabulary, 2);
        for (int layer = 0; layer < layers; layer++) {
            add(model, dtype, "model.layers." + layer + ".self_attn.q_proj.weight", 2, 2);
            add(model, dtype, "model.layers." + layer + ".mlp.down_proj.weight", 2, 2);
        }
        add(model, dtype, "model.norm.weight", 1, 2);
        if (head) {
            add(model, dtype, "lm_head.weight", vocabulary, 2);
        }
        return model;
    }

    private static void add(TinyCheckpoint model, DType dtype, String name, int rows, int columns) {
        float[] values = new float[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = i + 0.5f;
        }
        Shape shape = Shape.of(rows, columns);
        if (dtype == DType.BF16) {
            model.bfloats(name, shape, values);
        } else {
            model.floats(name, shape, values);
        }
    }

    private Cli.Result merge(String... rest) {
        String[] words = new String[rest.length + 4];
        words[0] = "--method";
        words[1] = "task-arithmetic";
        words[2] = "base";
        words[3] = "expert";
        System.arraycopy(rest, 0, words, 4, rest.length);
        return Cli.in(directory).run(words);
    }

    private Path expert() {
        return directory.resolve("expert/model.safetensors");
    }

    private void assertRefused(int exit, String message, String hint) {
        Cli.Result result = merge();

        assertThat(result.err()).startsWith("merge: " + directory.resolve("expert"));
        assertThat(result.err().lines().findFirst().orElseThrow()).endsWith(message);
        assertThat(result.err()).contains("hint: " + hint);
        assertThat(result.exit()).isEqualTo(exit);
        assertThat(directory.resolve("merged")).doesNotExist();
    }

    @Test
    void anotherVocabularySize() throws IOException {
        llama(DType.F32, 10, 2, true).write(expert());

        assertRefused(
                4,
                "model.embed_tokens.weight: another vocabulary size than the base (got [10, 2], expected [8, 2])",
                "resize the expert's embeddings to the base's vocabulary, or pass --exclude 'embed|lm_head' to keep"
                        + " the base's");
        assertThat(merge("--exclude", "embed|lm_head").exit()).isZero();
    }

    @Test
    void anExpertThatTiesItsHead() throws IOException {
        llama(DType.F32, 8, 2, false).write(expert());

        assertRefused(
                4,
                "lm_head.weight: missing in this expert",
                "the expert seems to tie its output head to its embeddings: pass --allow-missing to keep the base's"
                        + " head");
        assertThat(merge("--allow-missing").exit()).isZero();
    }

    @Test
    void aBaseThatTiesItsHead() throws IOException {
        llama(DType.F32, 8, 2, false).write(directory.resolve("base/model.safetensors"));
        llama(DType.F32, 8, 2, true).write(expert());

        assertRefused(
                4,
                "lm_head.weight: the base lacks this tensor (got F32 [8, 2], expected no such name)",
                "the base seems to tie its output head to its embeddings: pass --allow-extra to leave the expert's"
                        + " head out");
        assertThat(merge("--allow-extra").exit()).isZero();
    }

    @Test
    void moreLayers() throws IOException {
        llama(DType.F32, 8, 3, true).write(expert());

        assertRefused(
                4,
                "the base has fewer layers (got layer 2, expected 2 layers)",
                "models of different depth have no common task vector: merge experts of this base");
    }

    @Test
    void fewerLayers() throws IOException {
        llama(DType.F32, 8, 1, true).write(expert());

        assertRefused(
                4,
                "missing in this expert, which has another number of layers (got 1, expected 2)",
                "models of different depth have no common task vector: merge experts of this base");
    }

    @Test
    void aLoraAdapterInThePlaceOfTheBase() throws IOException {
        adapter().write(directory.resolve("expert/adapter_model.safetensors"));
        Files.writeString(directory.resolve("expert/adapter_config.json"), "{}");

        Cli.Result result = Cli.in(directory).run("--method", "ties", "expert", "base");

        assertThat(result.err())
                .isEqualTo("merge: " + directory.resolve("expert")
                        + ": the folder holds a LoRA adapter, not a whole model (got adapter_config.json, expected"
                        + " model.safetensors)\n"
                        + "hint: an adapter stands for an expert, after the base that it was trained on; merge --method"
                        + " average BASE ADAPTER -o FILE writes the whole model\n");
        assertThat(result.exit()).isEqualTo(3);
    }

    @Test
    void aFileWithALoraAdapter() throws IOException {
        adapter().write(directory.resolve("expert/adapter_model.safetensors"));

        Cli.Result merged = Cli.in(directory).run("--method", "ties", "base", "expert/adapter_model.safetensors");
        Cli.Result checked = Cli.in(directory).run("check", "base", "expert/adapter_model.safetensors");
        Cli.Result asBase = Cli.in(directory).run("--method", "ties", "expert/adapter_model.safetensors", "base");

        String refusal = "merge: " + directory.resolve("expert/adapter_model.safetensors")
                + ": this is a LoRA adapter, not a whole model (got 2 tensors such as"
                + " base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight, expected a checkpoint)\n"
                + "hint: pass the adapter's folder, with its adapter_config.json, as an expert after its base\n";
        assertThat(merged.err()).isEqualTo(refusal);
        assertThat(asBase.err()).isEqualTo(refusal);
        assertThat(checked.err()).isEqualTo(refusal);
        assertThat(merged.exit()).isEqualTo(3);
        assertThat(checked.exit()).isEqualTo(3);
        assertThat(Cli.in(directory)
                        .run("inspect", "expert/adapter_model.safetensors")
                        .exit())
                .isZero();
    }

    private static TinyCheckpoint adapter() {
        String module = "base_model.model.model.layers.0.self_attn.q_proj.";
        return new TinyCheckpoint()
                .floats(module + "lora_A.weight", Shape.of(1, 2), 1, 2)
                .floats(module + "lora_B.weight", Shape.of(2, 1), 1, 2);
    }

    @Test
    void aFolderWithAPickle() throws IOException {
        Files.createDirectories(directory.resolve("expert"));
        Files.writeString(directory.resolve("expert/pytorch_model.bin"), "PK");

        assertRefused(
                3,
                "the folder holds a PyTorch pickle (got pytorch_model.bin, expected model.safetensors)",
                "convert it to safetensors first, for example with save_pretrained of the library that reads it");
    }

    @Test
    void anExpertOfFewerBits() throws IOException {
        llama(DType.BF16, 8, 2, true).write(expert());

        Cli.Result result = merge();

        assertThat(result.exit()).as(result.err()).isZero();
        assertThat(result.err())
                .contains("merge: warning: expert expert is BF16 and the base F32: what the expert changed by less than"
                        + " half a step of its dtype was lost when it was saved");
    }

    @Test
    void expertsOfFewerBitsInOneLine() throws IOException {
        llama(DType.BF16, 8, 2, true).write(expert());
        Path second = directory.resolve("second");
        Files.createDirectory(second);
        llama(DType.BF16, 8, 2, true).write(second.resolve("model.safetensors"));

        Cli.Result result = merge("second");

        assertThat(result.exit()).as(result.err()).isZero();
        assertThat(result.err())
                .containsOnlyOnce("merge: warning: experts")
                .contains("merge: warning: experts expert, second are BF16 and the base F32: what they changed by less"
                        + " than half a step of their dtype was lost when they were saved");
    }
}
