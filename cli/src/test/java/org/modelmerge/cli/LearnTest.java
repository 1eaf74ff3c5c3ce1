package org.modelmerge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.modelmerge.adamerging.GradientOracle;
import org.modelmerge.adamerging.LearningSettings;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.evaluation.AnswerSource;
import org.modelmerge.evaluation.Answers;
import org.modelmerge.evaluation.Split;
import org.modelmerge.network.NetworkAnswers.RunOptions;
import org.modelmerge.task.ModelSettings;
import org.modelmerge.task.Task;
import org.modelmerge.task.TaskFile;

/// `merge --method adamerging --tasks FILE`: learn, apply, evaluate, report.
final class LearnTest {
    private static final String TASKS = """
        model: {architecture: bert}
        tasks:
          - {name: one, labels: [no, "yes"], test: {file: x.tsv, text: text, label: label}}
          - name: two
            labels: [no, "yes"]
            test: {file: x.tsv, text: text, label: label}
            unlabelled: {file: other.tsv, text: text}
        """;

    private static final Set<String> INPUTS = Set.of(Models.BASE, Models.EXPERT_A, Models.EXPERT_B);

    @TempDir
    Path directory;

    private final List<LearningSettings> asked = new ArrayList<>();
    private int collapseAt = Integer.MAX_VALUE;
    private int stepsMade;
    private boolean evaluationFails;

    @BeforeEach
    void writeModels() throws IOException {
        Models.write(directory);
        Files.writeString(directory.resolve("tasks.yaml"), TASKS);
    }

    /// Loses by the first element of `w` that expert a moves, so the coefficient of a grows.
    private final class Oracle implements GradientOracle {
        @Override
        public Set<String> tensors() {
            return Set.of("w");
        }

        @Override
        public List<TaskLoss> gradients(
                Map<String, MemorySegment> weights, int step, Map<String, MemorySegment> gradients) {
            stepsMade++;
            gradients.get("w").setAtIndex(ValueLayout.JAVA_FLOAT, 0, -1);
            long[] predicted = step < collapseAt ? new long[] {16, 16} : new long[] {32, 0};
            double entropy = 0.6 - weights.get("w").getAtIndex(ValueLayout.JAVA_FLOAT, 0) / 10;
            return List.of(new TaskLoss(entropy, entropy, predicted), new TaskLoss(0.5, 0.5, new long[] {16, 16}));
        }
    }

    private final class OracleNetworks implements Networks {
        private final TableOfAnswers answers = new TableOfAnswers(Map.of());

        @Override
        public AnswerSource open(ModelSettings settings, RunOptions options) throws MergeException {
            AnswerSource table = answers.open(settings, options);
            return new AnswerSource() {
                @Override
                public Answers answers(Path model, Task task, Split split) throws MergeException {
                    if (evaluationFails && !INPUTS.contains(model.getFileName().toString())) {
                        throw MergeException.of(ErrorCode.UNAVAILABLE, "out of memory");
                    }
                    return table.answers(model, task, split);
                }

                @Override
                public void close() {
                    table.close();
                }
            };
        }

        @Override
        public GradientOracle gradients(TaskFile tasks, Path base, LearningSettings settings, int threads) {
            asked.add(settings);
            return new Oracle();
        }
    }

    private Cli.Result merge(String... words) {
        List<String> all = new ArrayList<>(List.of("--method", "adamerging"));
        all.addAll(List.of(words));
        all.addAll(List.of(Models.BASE, Models.EXPERT_A, Models.EXPERT_B));
        return Cli.in(directory).withNetworks(new OracleNetworks()).run(all.toArray(String[]::new));
    }

    private Cli.Result learn(String... words) {
        List<String> all = new ArrayList<>(List.of("--tasks", "tasks.yaml", "--steps", "20"));
        all.addAll(List.of(words));
        return merge(all.toArray(String[]::new));
    }

    @Test
    void learnsAppliesEvaluatesAndReports() {
        Cli.Result result = learn();

        assertThat(result.exit()).as(result.err()).isZero();
        assertThat(result.err())
                .contains("learned  coefficients in 20 steps")
                .contains("accuracy 50.00% on average over 2 tasks");
        assertThat(directory.resolve("merged.report.html"))
                .content()
                .contains(
                        "<h2>Learning</h2>",
                        "<h2>Coefficients</h2>",
                        "Transductive protocol. </strong>Learned from test inputs, without their labels, as in the"
                                + " papers: <bdi>one</bdi>. Accuracies");
        assertThat(directory.resolve("merged.report.json"))
                .content()
                .contains("\"learning\": {", "\"end\": \"all-steps\"")
                .containsPattern("\"transductive\": \\[\\s*\"one\"\\s*\\]");
    }

    @Test
    void takesTheAuthorsSettingsByDefault() {
        merge("--tasks", "tasks.yaml", "--seed", "7");

        assertThat(asked).hasSize(1);
        assertThat(asked.getFirst().seed()).isEqualTo(7);
        assertThat(asked.getFirst().steps()).isEqualTo(500);
        assertThat(asked.getFirst().learningRate()).isEqualTo(0.001);
        assertThat(asked.getFirst().batches()).isEqualTo(2);
    }

    @Test
    void savesCoefficientsThatGiveTheSameBytesWhenApplied() throws IOException {
        learn("--save-coefficients", "learned.json");
        byte[] learned = Files.readAllBytes(directory.resolve("merged.safetensors"));

        Cli.Result applied = merge("--coefficients", "learned.json", "-f");

        assertThat(applied.exit()).as(applied.err()).isZero();
        assertThat(directory.resolve("merged.safetensors")).hasBinaryContent(learned);
    }

    @Test
    void tellsBeforeTheWorkThatAnOutputExists() throws IOException {
        Files.writeString(directory.resolve("learned.json"), "mine");

        assertThat(learn("--save-coefficients", "learned.json").exit()).isEqualTo(2);
        assertThat(asked).isEmpty();
        assertThat(directory.resolve("learned.json")).hasContent("mine");
    }

    @Test
    void tellsBeforeTheWorkThatTheResultCannotBeEvaluated() throws IOException {
        assertThat(learn("--no-report").err()).contains("--tasks and --no-report exclude each other");
        Files.writeString(directory.resolve("tasks.yaml"), TASKS.substring(0, TASKS.indexOf("  - name: two")));

        assertThat(learn().err()).contains("--tasks: got 1 task, expected 2, one per expert");
        assertThat(asked).isEmpty();
        assertThat(directory.resolve("merged.safetensors")).doesNotExist();
    }

    @Test
    void learnsNothingForAPlan() {
        Cli.Result result = learn("--dry-run");

        assertThat(result.exit()).isZero();
        assertThat(result.err()).contains("learns   20 steps from unlabelled samples first");
        assertThat(asked).isEmpty();
    }

    @Test
    void warnsOfACollapseAndStops() {
        collapseAt = 10;

        Cli.Result result = learn();

        assertThat(result.exit()).isZero();
        assertThat(result.err())
                .contains("learning stopped after 20 of 20 steps: task a collapsed to few classes; the coefficients are"
                        + " those after step 0");
    }

    @Test
    void keepsItsStateAndGoesOnFromIt() throws IOException {
        learn("--state", "state");
        byte[] first = Files.readAllBytes(directory.resolve("merged.safetensors"));

        Cli.Result again = learn("--state", "state", "-f");

        assertThat(again.exit()).as(again.err()).isZero();
        assertThat(directory.resolve("merged.safetensors")).hasBinaryContent(first);
        assertThat(learn("--state", "state", "-f", "--init", "0.4").exit()).isEqualTo(2);
    }

    @Test
    void aFailedEvaluationLeavesTheStateOnlyAndTheNextRunLearnsNothingAgain() throws IOException {
        evaluationFails = true;
        Cli.Result failed = learn("--save-coefficients", "learned.json", "--state", "state");
        assertThat(failed.exit()).isEqualTo(5);
        assertThat(stepsMade).isEqualTo(20);
        assertThat(directory.resolve("state")).isDirectory();
        assertThat(directory.resolve("learned.json")).doesNotExist();
        assertThat(directory.resolve("merged.safetensors")).doesNotExist();

        evaluationFails = false;
        Cli.Result again = learn("--save-coefficients", "learned.json", "--state", "state");

        assertThat(again.exit()).as(again.err()).isZero();
        assertThat(stepsMade).isEqualTo(20);
        byte[] resumed = Files.readAllBytes(directory.resolve("learned.json"));
        learn("--save-coefficients", "learned.json", "-f");
        assertThat(stepsMade).isEqualTo(40);
        assertThat(directory.resolve("learned.json")).hasBinaryContent(resumed);
    }

    @Test
    void leavesNoModelWhereTheCoefficientsCannotBeWritten() throws IOException {
        Files.createDirectory(directory.resolve("learned.json"));

        Cli.Result result = learn("--save-coefficients", "learned.json", "-f");

        assertThat(result.exit()).as(result.err()).isNotZero();
        assertThat(asked).isEmpty();
        assertThat(directory.resolve("merged.safetensors")).doesNotExist();
    }

    @Test
    void showsStepsEntropyAndTimeLeft() {
        assertThat(learn("--progress", "always").err())
                .contains("learning  step 20/20  entropy 0.", " s a step  0.00 s left");
    }

    @Test
    void refusesOptionsThatLearnNothing() {
        assertThat(merge("--steps", "20").err()).contains("adamerging needs --coefficients FILE, or --tasks FILE");
        assertThat(learn("--learning-rate", "0").exit()).isEqualTo(2);
        assertThat(merge("--tasks", "tasks.yaml", "--steps", "0").err())
                .contains("bad --steps (got 0, expected a whole number from 1");
        assertThat(learn("--row-names", "x").exit()).isEqualTo(2);
        learn("--save-coefficients", "learned.json");
        assertThat(merge("--coefficients", "learned.json", "--steps", "20", "-f")
                        .err())
                .contains("--steps is for learning");
        assertThat(merge("--coefficients", "learned.json", "--state", "state", "-f")
                        .err())
                .contains("--state is for merges that learn");
    }
}
