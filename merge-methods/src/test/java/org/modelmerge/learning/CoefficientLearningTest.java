package org.modelmerge.learning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.modelmerge.adamerging.GradientOracle;
import org.modelmerge.adamerging.Granularity;
import org.modelmerge.adamerging.LearningSettings;
import org.modelmerge.adamerging.LearningTrace.End;
import org.modelmerge.checkpoint.LocalStorage;
import org.modelmerge.engine.MergeRequest;
import org.modelmerge.engine.MergeRequest.Limits;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.method.Density;

/// What learning promises around its arithmetic: which tensors move, what resumes, what stops.
final class CoefficientLearningTest {
    private static final LearningSettings FIFTY = LearningSettings.OFFICIAL.withSteps(50);

    @TempDir
    Path temp;

    private static LearnedCoefficients learn(MergeRequest models, LearningSettings settings) throws MergeException {
        return new CoefficientLearning(models, settings).learn(ToyCase.network(), LearningObserver.NONE);
    }

    private LearnedCoefficients learnWithState(LearningSettings settings, LearningObserver observer)
            throws MergeException {
        try (LearningStates states = LearningStates.open(LocalStorage.INSTANCE, temp.resolve("state"))) {
            return new CoefficientLearning(ToyCase.models(), settings, states).learn(ToyCase.network(), observer);
        }
    }

    private MergeException refused(LearningSettings settings) {
        return Objects.requireNonNull(
                catchThrowableOfType(MergeException.class, () -> learnWithState(settings, LearningObserver.NONE)));
    }

    /// Ends learning after some steps.
    private record Until(int steps) implements LearningObserver {
        private static int seen;

        @Override
        public void started(int done, int all) {
            seen = done;
        }

        @Override
        public void stepped(int done, org.modelmerge.adamerging.LearningTrace.Step step) {
            seen = done;
        }

        @Override
        public boolean isCancelled() {
            return seen >= steps;
        }
    }

    @Test
    void keepsTheFirstCoefficientsOfTensorsThatTheLossDoesNotDependOn() throws MergeException {
        LearnedCoefficients learned = learn(ToyCase.models(), FIFTY);

        assertThat(learned.table().rows().get("unused")).containsExactly(0.3f, 0.3f);
        assertThat(learned.table().rows().get("l1.weight")).doesNotContain(0.3f);
        assertThat(learned.trace().learnedTensors()).isEqualTo(4);
        assertThat(learned.trace().keptTensors()).isEqualTo(1);
    }

    @Test
    void givesTheSameBitsWhateverThreadsAndMemory() throws MergeException {
        LearnedCoefficients learned = learn(ToyCase.models(), FIFTY);

        assertThat(learn(ToyCase.models().withLimits(new Limits(3, 0, 16)), FIFTY)
                        .table())
                .isEqualTo(learned.table());
        // Room for a cache of task vectors; without a limit they are read from the files in each pass.
        assertThat(learn(ToyCase.models().withLimits(new Limits(1, 70L << 20, 16)), FIFTY)
                        .table())
                .isEqualTo(learned.table());
    }

    @Test
    void learnsFromTrimmedVectorsWithPlusPlus() throws MergeException {
        LearningSettings plusPlus =
                new LearningSettings(Granularity.LAYER, Density.percent(20), true, 50, 1e-3, 0.3, 16, 2, 0, 0);

        assertThat(learn(ToyCase.models(), plusPlus).table())
                .isNotEqualTo(learn(ToyCase.models(), FIFTY).table());
    }

    @Test
    void leavesTheUnitIntervalOnlyWithoutTheClamp() throws MergeException {
        LearningSettings fast = FIFTY.withLearningRate(0.1);
        LearningSettings free = new LearningSettings(Granularity.LAYER, null, false, 50, 0.1, 0.3, 16, 2, 0, 0);

        assertThat(values(collapse(50, fast))).allMatch(value -> value >= 0 && value <= 1);
        assertThat(values(collapse(50, free))).anyMatch(value -> value < 0 || value > 1);
    }

    private static List<Float> values(LearnedCoefficients learned) {
        return learned.table().rows().values().stream().flatMap(List::stream).toList();
    }

    @Test
    void resumesToTheBit() throws MergeException {
        LearnedCoefficients whole = learn(ToyCase.models(), FIFTY);

        assertThatThrownBy(() -> learnWithState(FIFTY, new Until(27))).hasMessageContaining("cancelled");
        LearnedCoefficients resumed = learnWithState(FIFTY, LearningObserver.NONE);

        assertThat(resumed.table()).isEqualTo(whole.table());
        assertThat(resumed.trace().steps()).hasSize(50);
        for (int s = 0; s < 50; s++) {
            assertThat(resumed.trace().steps().get(s).entropy())
                    .isEqualTo(whole.trace().steps().get(s).entropy());
        }
        assertThat(resumed.trace().windows()).hasSize(5);
    }

    @Test
    void goesOnWithMoreSteps() throws MergeException {
        learnWithState(LearningSettings.OFFICIAL.withSteps(20), LearningObserver.NONE);

        assertThat(learnWithState(FIFTY, LearningObserver.NONE).table())
                .isEqualTo(learn(ToyCase.models(), FIFTY).table());
    }

    @Test
    void refusesTheStateOfOtherOptions() throws MergeException {
        learnWithState(LearningSettings.OFFICIAL.withSteps(20), LearningObserver.NONE);

        MergeException refused = refused(FIFTY.withLearningRate(0.01));

        assertThat(refused.code()).isEqualTo(ErrorCode.USAGE);
        assertThat(refused.problem()).startsWith("the state belongs to other models, samples or options");
    }

    @Test
    void refusesAStateThatIsFurther() throws MergeException {
        learnWithState(FIFTY, LearningObserver.NONE);

        assertThat(refused(LearningSettings.OFFICIAL.withSteps(20)).problem())
                .contains("got 50 steps, expected at most 20");
    }

    @Test
    void refusesADamagedState() throws IOException, MergeException {
        learnWithState(LearningSettings.OFFICIAL.withSteps(20), LearningObserver.NONE);
        Path file = temp.resolve("state").resolve("adamerging.json");
        Files.writeString(file, Files.readString(file).replace("\"raw\":[", "\"raw\":[null,"));

        assertThat(refused(FIFTY).code()).isEqualTo(ErrorCode.MALFORMED);
    }

    @Test
    void lendsTheStateToOneProcessAtATime() throws MergeException {
        try (LearningStates _ = LearningStates.open(LocalStorage.INSTANCE, temp.resolve("state"))) {
            assertThat(refused(FIFTY).problem()).contains("another process");
        }
    }

    /// A model whose answers all become class 0 after some steps, with ever smaller entropy.
    private record Collapsing(int from) implements GradientOracle {
        @Override
        public Set<String> tensors() {
            return Set.of("l1.weight");
        }

        @Override
        public List<TaskLoss> gradients(
                Map<String, MemorySegment> weights, int step, Map<String, MemorySegment> gradients) {
            gradients.get("l1.weight").setAtIndex(ValueLayout.JAVA_FLOAT, 0, 1);
            long[] even = {1, 1};
            long[] one = {32, 0};
            double entropy = 0.5 / (step + 1);
            return List.of(
                    new TaskLoss(entropy, entropy, even), new TaskLoss(entropy, entropy, step < from ? even : one));
        }
    }

    private static LearnedCoefficients collapse(int from, LearningSettings settings) throws MergeException {
        return new CoefficientLearning(ToyCase.models(), settings).learn(new Collapsing(from), LearningObserver.NONE);
    }

    @Test
    void stopsAtACollapseWithTheBestCoefficientsBeforeIt() throws MergeException {
        LearnedCoefficients learned = collapse(20, FIFTY);

        assertThat(learned.trace().end()).isEqualTo(End.COLLAPSE);
        assertThat(learned.trace().steps()).hasSize(30);
        assertThat(learned.trace().usedStep()).isEqualTo(10);
        assertThat(learned.table()).isEqualTo(collapse(50, FIFTY.withSteps(10)).table());
        assertThat(learned.warnings())
                .containsExactly("learning stopped after 30 of 50 steps: task ft_1 collapsed to few classes; the"
                        + " coefficients are those after step 10");
    }

    @Test
    void usesTheFirstCoefficientsIfEverythingCollapsesAtOnce() throws MergeException {
        LearnedCoefficients learned = collapse(1, FIFTY);

        assertThat(learned.trace().usedStep()).isZero();
        assertThat(values(learned)).containsOnly(0.3f);
    }

    @Test
    void stopsWhenPatienceEnds() throws MergeException {
        LearningSettings patient = new LearningSettings(Granularity.LAYER, null, true, 500, 1e-3, 0.3, 16, 2, 20, 0);

        LearnedCoefficients learned = learn(ToyCase.models(), patient);

        assertThat(learned.trace().end()).isEqualTo(End.PATIENCE);
        assertThat(learned.trace().steps().size() - learned.trace().usedStep()).isEqualTo(30);
    }

    /// What an oracle may do wrong.
    private static GradientOracle oracle(Set<String> tensors, @Nullable Double loss) {
        return new GradientOracle() {
            @Override
            public Set<String> tensors() {
                return tensors;
            }

            @Override
            public List<TaskLoss> gradients(
                    Map<String, MemorySegment> weights, int step, Map<String, MemorySegment> gradients) {
                double value = loss == null ? 0 : loss;
                return List.of(new TaskLoss(1, 1, new long[2]), new TaskLoss(value, value, new long[2]));
            }
        };
    }

    private static MergeException refused(GradientOracle oracle) {
        return Objects.requireNonNull(
                catchThrowableOfType(MergeException.class, () -> new CoefficientLearning(ToyCase.models(), FIFTY)
                        .learn(oracle, LearningObserver.NONE)));
    }

    @Test
    void refusesAnOracleThatDependsOnNoMergedTensor() {
        assertThat(refused(oracle(Set.of("other"), null)).problem())
                .isEqualTo("the loss depends on none of the merged tensors (got 5 merged tensors, expected some of the"
                        + " 1 that the network has)");
    }

    @Test
    void refusesALossThatIsNotFinite() {
        MergeException refused = refused(oracle(Set.of("l1.weight"), Double.NaN));

        assertThat(refused.code()).isEqualTo(ErrorCode.NON_FINITE);
        assertThat(refused.problem())
                .isEqualTo("step 0, task ft_1: the loss is not finite (got NaN, expected a number)");
    }
}
