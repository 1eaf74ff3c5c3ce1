package org.modelmerge.adamerging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.modelmerge.adamerging.GradientOracle.TaskLoss;
import org.modelmerge.adamerging.LearningWatch.Window;

final class LearningWatchTest {
    private final LearningWatch watch = new LearningWatch(1);
    private int step;

    private Window window(double entropy, long... predicted) {
        Window window = null;
        for (int k = 0; k < LearningWatch.WINDOW; k++) {
            window = watch.add(++step, List.of(new TaskLoss(2 * entropy, entropy, predicted)));
        }
        return Objects.requireNonNull(window);
    }

    @Test
    void isOneForSureAnswersThatDiffer() {
        assertThat(window(0, 8, 8, 8, 8).score()).isCloseTo(1, within(1e-12));
    }

    @Test
    void isZeroForSureAnswersThatAreAllTheSame() {
        assertThat(window(0, 32, 0).score()).isZero();
    }

    @Test
    void isSmallerForUnsureAnswers() {
        assertThat(window(0.5 * Math.log(2), 16, 16).score()).isCloseTo(0.5, within(1e-12));
    }

    @Test
    void seesACollapseAgainstWhatItHasSeenBefore() {
        assertThat(window(0.3, 16, 16).collapsed()).isEqualTo(-1);
        // Rare classes are no collapse.
        assertThat(window(0.3, 28, 4).collapsed()).isEqualTo(-1);
        assertThat(window(0.01, 31, 1).collapsed()).isZero();
    }

    @Test
    void findsTheBestWindowAmongThoseWithoutACollapse() {
        window(0.4, 16, 16);
        Window second = window(0.2, 16, 16);
        window(0.0, 32, 0);

        assertThat(watch.best()).isSameAs(second);
    }
}
