package org.modelmerge.samples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.modelmerge.engine.MergeObserver;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;

final class ScoreInMemoryTest {
    private static final Path MODELS = Path.of("image-cnn");
    private static final Path DATA = MODELS.resolve("data/eurosat");

    private static ScoreInMemory.Scorer scorer() throws IOException, MergeException {
        return PlainImageCnn.accuracyOn(
                DATA.resolve("test-images.idx.gz"),
                DATA.resolve("test-labels.idx.gz"),
                MODELS.resolve("heads/eurosat.safetensors"));
    }

    private static void compare(ScoreInMemory.Scorer scorer, MergeObserver observer, Printed printed)
            throws MergeException {
        ScoreInMemory.compare(
                MODELS.resolve("base.safetensors"),
                List.of(MODELS.resolve("eurosat.safetensors")),
                scorer,
                observer,
                printed.stream());
    }

    /// PyTorch counts 93 right answers of the base and 164 of the expert, of 200.
    @Test
    void aForeignScorerSeesTheBaseAtZeroAndTheExpertAtOne() throws IOException, MergeException {
        Printed printed = new Printed();
        compare(scorer(), MergeObserver.NONE, printed);
        assertThat(printed.lines())
                .hasSize(3)
                .startsWith("lambda 0.0: score 0.465")
                .endsWith("lambda 1.0: score 0.820");
    }

    @Test
    void stopsWhenTheObserverSaysSo() {
        MergeObserver stopper = new MergeObserver() {
            @Override
            public boolean isCancelled() {
                return true;
            }
        };
        assertThatThrownBy(() -> compare(_ -> 0, stopper, new Printed()))
                .isInstanceOfSatisfying(
                        MergeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CANCELLED));
    }
}
