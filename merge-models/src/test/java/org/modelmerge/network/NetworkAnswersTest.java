package org.modelmerge.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.modelmerge.checkpoint.Shape;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.evaluation.Answers;
import org.modelmerge.evaluation.Split;
import org.modelmerge.network.NetworkAnswers.RunOptions;
import org.modelmerge.task.Head;
import org.modelmerge.task.ModelSettings;
import org.modelmerge.task.Pooling;
import org.modelmerge.task.Rows;
import org.modelmerge.task.Task;
import org.modelmerge.task.TaskData;
import org.modelmerge.task.TaskFile;
import org.modelmerge.testing.TinyCheckpoint;

/// Whole evaluations: task file, data, network and head.
final class NetworkAnswersTest {
    private static final Path SAMPLES = Path.of("..", "samples", "image-cnn");
    private static final RunOptions TWO = new RunOptions(2, 32);

    @TempDir
    private Path folder;

    /// The counts are PyTorch's for the same images, weights and heads.
    @ParameterizedTest
    @CsvSource({"fashion-mnist,154,181", "eurosat,93,164", "sign-digits,125,193"})
    void countsTheAnswersThatPyTorchCounts(String name, int base, int expert) throws Exception {
        TaskFile file = TaskFile.read(SAMPLES.resolve("tasks.yaml"));
        Task task = file.tasks().stream()
                .filter(candidate -> candidate.name().equals(name))
                .findFirst()
                .orElseThrow();
        try (NetworkAnswers answers = new NetworkAnswers(file.model(), TWO)) {
            Answers ofBase = answers.answers(SAMPLES.resolve("base.safetensors"), task, Split.TEST);
            Answers ofExpert = answers.answers(SAMPLES.resolve(name + ".safetensors"), task, Split.TEST);

            assertThat(ofBase.total()).isEqualTo(200);
            assertThat(ofBase.correct()).isEqualTo(base);
            assertThat(ofExpert.correct()).isEqualTo(expert);
            assertThat(ofExpert.labels()).hasSize(10);
        }
    }

    @Test
    void aSplitUsesItsOwnRows() throws Exception {
        TaskFile file = TaskFile.read(SAMPLES.resolve("tasks.yaml"));
        Task whole = file.tasks().get(1);
        Task task = new Task(
                whole.name(),
                whole.head(),
                whole.labels(),
                whole.test(),
                whole.test().withRows(new Rows(9, Rows.OPEN, 10, null)),
                whole.unlabelled(),
                null);
        try (NetworkAnswers answers = new NetworkAnswers(file.model(), TWO)) {
            Path model = SAMPLES.resolve("eurosat.safetensors");
            Answers all = answers.answers(model, task, Split.TEST);
            Answers some = answers.answers(model, task, Split.VALIDATION);

            assertThat(some.total()).isEqualTo(20);
            for (int i = 0; i < 20; i++) {
                assertThat(some.predicted()[i]).isEqualTo(all.predicted()[10 * i + 9]);
                assertThat(some.expected()[i]).isEqualTo(all.expected()[10 * i + 9]);
            }
        }
    }

    @Test
    void readsTextsLabelsAndHead() throws Exception {
        Task task = textTask("text\tlabel\nHow do I top up my card?\tyes\nCafé\tno\n\tyes\n", List.of());
        try (NetworkAnswers answers = new NetworkAnswers(tinyBert(16), TWO)) {
            Answers read = answers.answers(Fixture.resource("tiny-bert"), task, Split.TEST);

            // The head says the sign of the first feature: 0.59 for the first text, see expected.json for the others.
            float[][] mean = Fixture.of("tiny-bert").rows("mean");
            assertThat(read.predicted()).containsExactly(sign(mean[0][0]), sign(mean[5][0]), sign(mean[1][0]));
            assertThat(read.expected()).containsExactly(1, 0, 1);
            assertThat(read.labels()).containsExactly("no", "yes");
        }
    }

    @Test
    void aNetworkWithAClassifierNeedsNoHead() throws Exception {
        Fixture fixture = Fixture.of("tiny-resnet");
        int[] best = Arrays.stream(fixture.rows("logits"))
                .mapToInt(NetworkAnswersTest::largest)
                .toArray();
        Path labels = Files.write(folder.resolve("labels"), new byte[] {0, 0, 8, 1, 0, 0, 0, 5, 0, 1, 2, 3, 4});
        TaskData images = new TaskData.Images(Fixture.resource("images.idx"), labels, Rows.ALL);
        Task task = new Task("random", null, List.of(), images, null, images.unlabelled(), null);
        ModelSettings settings = new ModelSettings("resnet-cifar", Pooling.MEAN, 512, null, null);
        try (NetworkAnswers answers = new NetworkAnswers(settings, TWO)) {
            assertThat(answers.answers(fixture.folder(), task, Split.TEST).predicted())
                    .isEqualTo(best);
        }
    }

    @Test
    void goesOnAfterAModelThatItRefused() throws Exception {
        TaskFile file = TaskFile.read(SAMPLES.resolve("tasks.yaml"));
        Task task = file.tasks().getFirst();
        Path broken =
                new TinyCheckpoint().floats("c1.weight", Shape.of(1), 0).write(folder.resolve("broken.safetensors"));
        try (NetworkAnswers answers = new NetworkAnswers(file.model(), TWO)) {
            Path good = SAMPLES.resolve("base.safetensors");
            int before = answers.answers(good, task, Split.TEST).correct();

            assertThatThrownBy(() -> answers.answers(broken, task, Split.TEST))
                    .isInstanceOfSatisfying(
                            MergeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.MISMATCH))
                    .hasMessageStartingWith(broken + ": c1.weight: ");
            assertThat(answers.answers(good, task, Split.TEST).correct()).isEqualTo(before);
        }
    }

    @Test
    void refusesWhatDoesNotFit() throws Exception {
        String data = "text\tlabel\na card\t1\nan account\t2\n";
        assertRefused(
                textTask(data, List.of()), ErrorCode.MISMATCH, "line 3: label out of range (got 2, expected 0 to 1)");
        assertRefused(
                textTask(data, List.of("1", "2", "3")),
                ErrorCode.MISMATCH,
                "wrong number of labels for the head of task t (got 3, expected 2)");
        assertRefused(
                textTask("text\tlabel\n", List.of()), ErrorCode.MALFORMED, "no items (got 0, expected at least 1)");
        Task task = textTask(data, List.of());
        assertRefused(
                new Task("t", new Head(head(31), ""), List.of(), task.test(), null, task.unlabelled(), null),
                ErrorCode.MISMATCH,
                "weight: the head does not fit the network (got [2, 31], expected [classes, 32])");
        TaskData images = new TaskData.Images(Fixture.resource("images.idx"), Fixture.resource("images.idx"), Rows.ALL);
        assertRefused(
                new Task("t", task.head(), List.of(), images, null, images.unlabelled(), null),
                ErrorCode.MISMATCH,
                "wrong input for bert (got images, expected texts)");
    }

    @Test
    void refusesWeightsWhoseAnswersAreNoNumbers() throws Exception {
        TinyCheckpoint head = new TinyCheckpoint()
                .floats("weight", Shape.of(2, 32), new float[64])
                .floats("bias", Shape.of(2), 0, Float.NaN);
        Task task = textTask("text\tlabel\na card\t1\n", List.of());
        Head broken = new Head(head.write(folder.resolve("nan.safetensors")), "");
        assertRefused(
                new Task("t", broken, List.of(), task.test(), null, task.unlabelled(), null),
                ErrorCode.NON_FINITE,
                "item 0: the network gives NaN or infinity, expected numbers");
    }

    @Test
    void refusesTextsWithoutATokenizerBeforeAnythingStarts() {
        assertThatThrownBy(() -> new NetworkAnswers(new ModelSettings("bert", Pooling.MEAN, 16, null, null), TWO))
                .isInstanceOfSatisfying(
                        MergeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.MALFORMED))
                .hasMessage("missing key model.tokenizer, which bert needs");
    }

    @Test
    void namesTheTaskFileWhereWhatItSaysIsWrong() throws Exception {
        Path file = folder.resolve("tasks.yaml");
        ModelSettings unknown = new ModelSettings("brt", Pooling.MEAN, 16, null, null, file);
        assertThatThrownBy(() -> new NetworkAnswers(unknown, TWO))
                .hasMessageStartingWith(file + ": unknown architecture (got brt, ");

        ModelSettings without = new ModelSettings("bert", Pooling.MEAN, 16, null, null, file);
        assertThatThrownBy(() -> new NetworkAnswers(without, TWO))
                .hasMessage(file + ": missing key model.tokenizer, which bert needs");

        ModelSettings settings =
                new ModelSettings("bert", Pooling.MEAN, 16, tinyBert(16).tokenizer(), null, file);
        Task task = textTask("text\tlabel\na card\t1\n", List.of());
        Task headless = new Task("t", null, List.of(), task.test(), null, task.unlabelled(), null);
        try (NetworkAnswers answers = new NetworkAnswers(settings, TWO)) {
            assertThatThrownBy(() -> answers.answers(Fixture.resource("tiny-bert"), headless, Split.TEST))
                    .hasMessage(file + ": task t has no head, and the model no classifier of its own");
        }
    }

    private static void assertRefused(Task task, ErrorCode code, String problem) throws Exception {
        try (NetworkAnswers answers = new NetworkAnswers(tinyBert(16), TWO)) {
            assertThatThrownBy(() -> answers.answers(Fixture.resource("tiny-bert"), task, Split.TEST))
                    .isInstanceOfSatisfying(MergeException.class, e -> {
                        assertThat(e.code()).isEqualTo(code);
                        assertThat(e.file()).isNotNull();
                    })
                    .hasMessageEndingWith(problem);
        }
    }

    private static ModelSettings tinyBert(int maxLength) {
        Path tokenizer = Fixture.resource("tiny-bert").resolve("tokenizer.json");
        return new ModelSettings("bert", Pooling.MEAN, maxLength, tokenizer, null);
    }

    private Task textTask(String tsv, List<String> labels) throws IOException {
        Path file = Files.write(folder.resolve("test.tsv"), tsv.getBytes(StandardCharsets.UTF_8));
        TaskData data = new TaskData.Text(file, "text", "label", Rows.ALL);
        return new Task("t", new Head(head(32), ""), labels, data, null, data.unlabelled(), null);
    }

    /// Class 1 where the first feature is positive, else class 0.
    private Path head(int featureCount) throws IOException {
        float[] weight = new float[2 * featureCount];
        weight[featureCount] = 1;
        return new TinyCheckpoint()
                .floats("weight", Shape.of(2, featureCount), weight)
                .floats("bias", Shape.of(2), 0, 0)
                .write(folder.resolve("head" + featureCount + ".safetensors"));
    }

    private static int sign(float feature) {
        return feature > 0 ? 1 : 0;
    }

    private static int largest(float[] logits) {
        int best = 0;
        for (int c = 1; c < logits.length; c++) {
            best = logits[c] > logits[best] ? c : best;
        }
        return best;
    }
}
