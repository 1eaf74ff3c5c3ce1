package org.modelmerge.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.evaluation.Comparison.Kind;

final class EvaluationTest {
    private static final List<String> LABELS = List.of("no", "yes");

    /// 100 items, alternately labelled; the answers from `firstWrong` to below `lastWrong` are wrong.
    private static Answers answers(int firstWrong, int lastWrong) {
        int[] expected = new int[100];
        Arrays.setAll(expected, i -> i % 2);
        int[] predicted = expected.clone();
        for (int i = firstWrong; i < lastWrong; i++) {
            predicted[i] = 1 - predicted[i];
        }
        return new Answers(predicted, expected, LABELS);
    }

    private static ModelAnswers model(String name, Answers... tasks) {
        TaskAnswers[] all = new TaskAnswers[tasks.length];
        Arrays.setAll(all, i -> new TaskAnswers("t" + i, name, "hash", tasks[i]));
        return new ModelAnswers(name, List.of(all));
    }

    @Test
    void countsAveragesAndNormalises() throws Exception {
        Evaluation evaluation = Evaluation.of(
                List.of(model("m", answers(0, 20), answers(0, 40))),
                model("base", answers(0, 50), answers(0, 50)),
                model("individual", answers(0, 0), answers(0, 20)),
                0);

        ModelResult merged = evaluation.models().getFirst();
        assertThat(merged.tasks()).extracting(TaskResult::correct).containsExactly(80, 60);
        assertThat(merged.tasks()).extracting(TaskResult::normalised).containsExactly(0.8, 0.6 / 0.8);
        assertThat(merged.average()).isCloseTo(0.7, within(1e-12));
        assertThat(merged.normalised()).isCloseTo((0.8 + 0.75) / 2, within(1e-12));
        assertThat(merged.tasks().getFirst().interval()).isEqualTo(Wilson.of(80, 100));
        assertThat(merged.interval().low()).isBetween(0.62, 0.65);
        assertThat(merged.interval().high()).isBetween(0.75, 0.78);
        assertThat(evaluation.baseline().average()).isEqualTo(0.5);
        assertThat(evaluation.individual().normalised()).isEqualTo(1.0);
    }

    @Test
    void hasNoNormalisedAverageWithoutAnExpertForEachTask() throws Exception {
        Evaluation evaluation = Evaluation.of(
                List.of(model("m", answers(0, 20), answers(0, 40))), null, model("individual", answers(0, 10)), 0);

        ModelResult merged = evaluation.models().getFirst();
        assertThat(merged.tasks()).extracting(TaskResult::normalised).containsExactly(0.8 / 0.9, null);
        assertThat(merged.normalised()).isNull();
        assertThat(evaluation.comparisons()).singleElement().satisfies(comparison -> {
            assertThat(comparison.tasks()).hasSize(1);
            assertThat(comparison.average()).isNull();
        });
    }

    @Test
    void comparesModelsOnTheSameItems() throws Exception {
        // 10 wrong answers each, and they share five: 5 against 5, whatever the accuracies say.
        Evaluation evaluation =
                Evaluation.of(List.of(model("a", answers(0, 10)), model("b", answers(5, 15))), null, null, 0);

        Difference difference = evaluation.comparisons().getFirst().tasks().getFirst();
        assertThat(difference.onlyModel()).isEqualTo(5);
        assertThat(difference.onlyReference()).isEqualTo(5);
        assertThat(difference.p()).isEqualTo(1);
        assertThat(difference.verdict()).isEqualTo("no measurable difference");
    }

    @Test
    void seesADifferenceThatAccuraciesAloneWouldHide() throws Exception {
        // 88 and 80 of 100: the intervals of the two accuracies overlap, but no item speaks against the first.
        Evaluation evaluation =
                Evaluation.of(List.of(model("a", answers(0, 20)), model("b", answers(0, 12))), null, null, 0);

        assertThat(Wilson.of(80, 100).high()).isGreaterThan(Wilson.of(88, 100).low());
        assertThat(evaluation.comparisons().getFirst().tasks().getFirst().verdict())
                .isEqualTo("better");
    }

    @Test
    void comparesWithBaselineExpertsAndEarlierModelsOnce() throws Exception {
        ModelAnswers base = model("base", answers(0, 50), answers(0, 50));
        Evaluation evaluation = Evaluation.of(
                List.of(model("a", answers(0, 10), answers(0, 10)), base, model("b", answers(0, 9), answers(0, 9))),
                base,
                model("individual", answers(0, 0), answers(0, 0)),
                0);

        assertThat(evaluation.comparisons())
                .extracting(c -> c.model() + " " + c.against() + " " + c.kind())
                .containsExactly(
                        "a base " + Kind.BASELINE,
                        "a individual " + Kind.INDIVIDUAL,
                        "base individual " + Kind.INDIVIDUAL,
                        "b base " + Kind.BASELINE,
                        "b individual " + Kind.INDIVIDUAL,
                        "b a " + Kind.MODEL);
    }

    @Test
    void correctsForAllComparisonsOfAnEvaluation() throws Exception {
        // Eight items only b answers right: p = 2^-7 by itself, too much among 18 comparisons.
        Difference alone = Evaluation.of(List.of(model("a", answers(0, 8)), model("b", answers(0, 0))), null, null, 0)
                .comparisons()
                .getFirst()
                .tasks()
                .getFirst();
        ModelAnswers[] many = new ModelAnswers[4];
        Arrays.setAll(many, i -> model("m" + i, answers(0, i == 3 ? 0 : 8), answers(0, 8)));
        Difference among = Evaluation.of(List.of(many), null, null, 0).comparisons().stream()
                .filter(c -> c.model().equals("m3"))
                .findFirst()
                .orElseThrow()
                .tasks()
                .getFirst();

        assertThat(alone.p()).isEqualTo(among.p()).isCloseTo(0x1p-7, within(1e-15));
        assertThat(alone.isMeasurable()).isTrue();
        assertThat(among.correctedP()).isGreaterThan(0.05);
        assertThat(among.isMeasurable()).isFalse();
    }

    @Test
    void givesTheSameNumbersForTheSameSeed() throws Exception {
        List<ModelAnswers> models =
                List.of(model("a", answers(0, 10), answers(3, 30)), model("b", answers(5, 15), answers(0, 20)));

        // Confusion matrices are arrays, which no record compares.
        assertThat(Evaluation.of(models, null, null, 5).comparisons())
                .isEqualTo(Evaluation.of(models, null, null, 5).comparisons());
        assertThat(Evaluation.of(models, null, null, 6).comparisons().getFirst().average())
                .isNotEqualTo(Evaluation.of(models, null, null, 5)
                        .comparisons()
                        .getFirst()
                        .average());
    }

    @Test
    void warnsOfAClassThatTakesNearlyAllAnswers() throws Exception {
        int[] expected = new int[100];
        Arrays.setAll(expected, i -> i % 2);
        int[] predicted = new int[100];
        predicted[1] = 1;

        Evaluation evaluation =
                Evaluation.of(List.of(model("m", new Answers(predicted, expected, LABELS))), null, null, 0);

        assertThat(evaluation.warnings())
                .containsExactly("m answers no to 99 of 100 items of task t0, of which 50 are labelled so");
    }

    @Test
    void findsNoFaultWithAClassThatNearlyAllLabelsAre() throws Exception {
        int[] expected = new int[100];
        Arrays.fill(expected, 0, 13, 1);
        int[] predicted = expected.clone();
        Arrays.fill(predicted, 0, 8, 0);

        assertThat(Confusion.of(new Answers(predicted, expected, LABELS)).isCollapsed())
                .isFalse();
        Arrays.fill(predicted, 0);
        assertThat(Confusion.of(new Answers(predicted, expected, LABELS)).isCollapsed())
                .isTrue();
    }

    @Test
    void refusesToCompareAnswersToDifferentItems() {
        Answers other = new Answers(new int[100], new int[100], LABELS);

        MergeException refused = catchThrowableOfType(
                MergeException.class,
                () -> Evaluation.of(List.of(model("a", answers(0, 0)), model("b", other)), null, null, 0));

        assertThat(refused.code()).isEqualTo(ErrorCode.MISMATCH);
        assertThat(refused)
                .hasMessage("answers to task t0 belong to different items (got labels no and yes of item 1, expected"
                        + " the same)");
    }
}
