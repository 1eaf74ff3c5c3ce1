package org.modelmerge.samples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.modelmerge.checkpoint.Checkpoint;
import org.modelmerge.engine.MergeResult;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;

final class MergeTwoModelsTest {
    private static final Path MODELS = Path.of("image-cnn");
    private static final Path BASE = MODELS.resolve("base.safetensors");
    private static final List<Path> EXPERTS =
            List.of(MODELS.resolve("fashion-mnist.safetensors"), MODELS.resolve("eurosat.safetensors"));

    @TempDir
    Path temp;

    @Test
    void writesAModelFolderAndNothingElse() throws MergeException {
        MergeResult result = MergeTwoModels.merge(BASE, EXPERTS, temp.resolve("merged"), new Printed().stream());
        assertThat(temp.toFile().list()).containsExactly("merged");
        try (Checkpoint merged = Checkpoint.open(temp.resolve("merged"));
                Checkpoint base = Checkpoint.open(BASE)) {
            assertThat(merged.tensors().keySet())
                    .containsExactlyInAnyOrderElementsOf(base.tensors().keySet());
        }
        assertThat(result.statistics()).isNotNull();
    }

    @Test
    void printsPassesHashAndTasks() throws MergeException {
        Printed printed = new Printed();
        MergeResult result = MergeTwoModels.merge(BASE, EXPERTS, temp.resolve("merged"), printed.stream());
        String hash = result.sha256().get("model.safetensors");
        assertThat(printed.lines())
                .anyMatch(line -> line.startsWith("pass 3 of 3: emit, "))
                .contains("wrote model.safetensors, SHA-256 " + hash)
                .anyMatch(line -> line.startsWith("fashion-mnist: |tau| = "))
                .anyMatch(line -> line.startsWith("eurosat: |tau| = "));
    }

    @Test
    void leavesAnExistingFolderAlone() throws MergeException {
        MergeTwoModels.merge(BASE, EXPERTS, temp.resolve("merged"), new Printed().stream());
        assertThatThrownBy(() -> MergeTwoModels.merge(BASE, EXPERTS, temp.resolve("merged"), new Printed().stream()))
                .isInstanceOfSatisfying(
                        MergeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.OUTPUT_EXISTS));
        assertThat(temp.toFile().list()).containsExactly("merged");
    }
}
