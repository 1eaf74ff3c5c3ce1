package org.modelmerge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.modelmerge.error.MergeException;
import org.modelmerge.json.StrictJson;
import org.modelmerge.network.NetworkAnswers;

/// Routers from the command line, on the small image networks of the samples.
final class TwinRouterTest {
    private static final Path SAMPLES =
            Path.of("../samples/image-cnn").toAbsolutePath().normalize();
    private static final List<String> TASKS = List.of("fashion-mnist", "eurosat", "sign-digits");

    @TempDir
    Path directory;

    private Cli.Result run(String... words) {
        return Cli.in(directory).withNetworks(NetworkAnswers::new).run(words);
    }

    @BeforeEach
    void writeTasks() throws IOException {
        Files.writeString(directory.resolve("tasks.yaml"), tasks(true));
        Files.writeString(directory.resolve("no-train.yaml"), tasks(false));
        Files.writeString(
                directory.resolve("classes.yaml"),
                tasks(true).replaceFirst("(prefix: head.})", "$1\n    labels: [shirt, shoe]"));
    }

    /// The 200 images of a task: 120 to learn from, 40 to choose by, 40 to measure on.
    private static String tasks(boolean hasTrain) {
        StringBuilder yaml = new StringBuilder("model: {architecture: image-cnn}\ntasks:\n");
        for (String task : TASKS) {
            yaml.append("  - name: ").append(task).append('\n');
            yaml.append("    head: {file: ").append(SAMPLES.resolve("heads/" + task + ".safetensors"));
            yaml.append(", prefix: head.}\n");
            yaml.append(data(task, "test", "160:"));
            yaml.append(data(task, "validation", "120:160"));
            yaml.append(hasTrain ? data(task, "train", ":120") : "");
        }
        return yaml.toString();
    }

    private static String data(String task, String key, String rows) {
        Path folder = SAMPLES.resolve("data/" + task);
        return "    " + key + ": {images: " + folder.resolve("test-images.idx.gz") + ", labels: "
                + folder.resolve("test-labels.idx.gz") + ", rows: \"" + rows + "\"}\n";
    }

    private Cli.Result extract(String... options) {
        List<String> words = new ArrayList<>(List.of("--method", "twin"));
        words.addAll(List.of(options));
        words.add(SAMPLES.resolve("base.safetensors").toString());
        TASKS.forEach(task -> words.add(SAMPLES.resolve(task + ".safetensors").toString()));
        return run(words.toArray(String[]::new));
    }

    private void extractWithRouter() {
        assertThat(extract("--no-report").exit()).isZero();
        Cli.Result trained = run(
                "twin", "train-router", "--tasks", "tasks.yaml", "--epochs", "20", "--batch-size", "64", "merged-twin");
        assertThat(trained.exit()).as(trained.err()).isZero();
    }

    private static Map<?, ?> json(String text) throws MergeException {
        return (Map<?, ?>) StrictJson.parse(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void trainsARouterIntoTheFolderAndRoutesByIt() throws Exception {
        extractWithRouter();

        assertThat(directory.resolve("merged-twin/router.json"))
                .content()
                .contains("\"features\": \"head-input\"", "\"epochs\": 20");
        Cli.Result table = run("twin", "route", "--tasks", "tasks.yaml", "merged-twin");
        assertThat(table.out().lines()).hasSize(4);
        assertThat(table.out()).startsWith("task").contains("own largest");
        Map<?, ?> document = json(run("twin", "route", "--tasks", "tasks.yaml", "--json", "merged-twin")
                .out());
        assertThat(document.get("experts")).isEqualTo(TASKS);
        for (Object element : (List<?>) document.get("tasks")) {
            Map<?, ?> task = (Map<?, ?>) element;
            assertThat(task.get("items")).isEqualTo(40L);
            // Clothes, fields from above and hands are easy to tell apart.
            assertThat((Double) task.get("ownShare")).isGreaterThan(0.9);
        }
    }

    @Test
    void writesTheSharesOfEachItem() throws Exception {
        extractWithRouter();

        Cli.Result result = run(
                "twin",
                "route",
                "--tasks",
                "tasks.yaml",
                "--split",
                "validation",
                "--save-weights",
                "w.json",
                "merged-twin");

        assertThat(result.exit()).as(result.err()).isZero();
        Map<?, ?> document = json(Files.readString(directory.resolve("w.json")));
        Map<?, ?> first = (Map<?, ?>) ((List<?>) document.get("tasks")).getFirst();
        List<?> weights = (List<?>) first.get("weights");
        assertThat(weights).hasSize(40);
        double sum = ((List<?>) weights.getFirst())
                .stream().mapToDouble(share -> ((Number) share).doubleValue()).sum();
        assertThat(sum).isBetween(0.999, 1.001);
    }

    @Test
    void trainsTheSameRouterAgain() throws Exception {
        extractWithRouter();
        byte[] first = Files.readAllBytes(directory.resolve("merged-twin/router.safetensors"));

        Cli.Result again = run(
                "twin",
                "train-router",
                "--tasks",
                "tasks.yaml",
                "--epochs",
                "20",
                "--batch-size",
                "64",
                "-f",
                "merged-twin");

        assertThat(again.exit()).as(again.err()).isZero();
        assertThat(directory.resolve("merged-twin/router.safetensors")).hasBinaryContent(first);
    }

    @Test
    void evaluatesAColumnForEachRouting() throws Exception {
        extractWithRouter();

        Cli.Result result =
                run("eval", "--tasks", "tasks.yaml", "--routing", "learned,oracle,none", "--json", "merged-twin");

        assertThat(result.exit()).as(result.err()).isZero();
        List<?> models = (List<?>) json(result.out()).get("models");
        assertThat(models.stream().map(model -> String.valueOf(((Map<?, ?>) model).get("model"))))
                .containsExactly("merged-twin (learned)", "merged-twin (oracle)", "merged-twin (none)");
        double[] averages = models.stream()
                .mapToDouble(model -> (Double) ((Map<?, ?>) model).get("average"))
                .toArray();
        assertThat(averages[0]).isGreaterThan(averages[2]);
        assertThat(averages[1]).isGreaterThan(averages[2]);
        assertThat(averages[0]).isBetween(averages[1] - 0.05, averages[1] + 0.05);
    }

    @Test
    void groupsAnswerNearlyAsEachItemByItself() throws Exception {
        extractWithRouter();

        Cli.Result alone = run("eval", "--tasks", "tasks.yaml", "--json", "merged-twin");
        Cli.Result grouped = run("eval", "--tasks", "tasks.yaml", "--group-radius", "0.1", "--json", "merged-twin");

        assertThat(grouped.exit()).as(grouped.err()).isZero();
        assertThat(average(grouped)).isBetween(average(alone) - 0.05, average(alone) + 0.05);
    }

    private static double average(Cli.Result result) throws MergeException {
        Map<?, ?> model = (Map<?, ?>) ((List<?>) json(result.out()).get("models")).getFirst();
        return (Double) model.get("average");
    }

    @Test
    void composesByTheMeanRoutingOfATaskFile() throws Exception {
        extractWithRouter();

        Cli.Result result =
                run("twin", "compose", "--tasks", "tasks.yaml", "-o", "mean.safetensors", "--json", "merged-twin");

        assertThat(result.exit()).as(result.err()).isZero();
        double sum = ((List<?>) json(result.out()).get("weights"))
                .stream().mapToDouble(weight -> ((Number) weight).doubleValue()).sum();
        assertThat(sum).isBetween(0.999, 1.001);
        assertThat(directory.resolve("mean.safetensors")).exists();
    }

    @Test
    void extractsTrainsEvaluatesAndReportsInOneCommand() throws Exception {
        Cli.Result result = extract("--tasks", "tasks.yaml");

        assertThat(result.exit()).as(result.err()).isZero();
        assertThat(result.err())
                .contains("(routing: learned)", "(routing: oracle)", "(routing: none)", "of the individual");
        assertThat(directory.resolve("merged-twin/router.safetensors")).exists();
        assertThat(directory.resolve("merged-twin/merge-report.html"))
                .content()
                .contains("<h2>Routing</h2>", "<h2>Accuracy</h2>", "<h2>Storage</h2>");
        Map<?, ?> report = json(Files.readString(directory.resolve("merged-twin/merge-report.json")));
        assertThat(((Map<?, ?>) report.get("sha256")).get("router.safetensors")).isNotNull();
        assertThat(((List<?>) ((Map<?, ?>) report.get("routing")).get("tasks"))).hasSize(3);
    }

    @Test
    void leavesNothingBehindIfARouterCannotBeTrained() throws IOException {
        List<String> before = Cli.in(directory).names();

        Cli.Result result = extract("--tasks", "no-train.yaml");

        assertThat(result.exit()).isEqualTo(3);
        assertThat(result.err()).contains("task fashion-mnist has no train data, which a router needs");
        assertThat(Cli.in(directory).names()).isEqualTo(before);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "twin train-router merged-twin|2|no --tasks given",
                "twin train-router --tasks tasks.yaml|2|got 0 folders, expected one Twin folder",
                "twin train-router --tasks tasks.yaml --epochs 0 merged-twin|2|--epochs: got 0",
                "twin train-router --tasks tasks.yaml --batch-size 1 merged-twin|2|--batch-size: got 1",
                "twin train-router --tasks tasks.yaml --learning-rate 0 merged-twin|2|--learning-rate: got 0",
                "twin train-router --tasks no-train.yaml merged-twin|3|task fashion-mnist has no train data",
                "twin train-router --tasks absent.yaml merged-twin|5|absent.yaml",
                "twin train-router --tasks tasks.yaml absent|5|no such folder",
                "twin route --tasks tasks.yaml merged-twin|5|router.json: the Twin folder has no router",
                "twin route --tasks tasks.yaml --split all merged-twin|2|--split: got all",
                "twin compose --tasks tasks.yaml merged-twin|5|the Twin folder has no router",
                "eval --tasks tasks.yaml merged-twin|5|router.json: the Twin folder has no router",
                "eval --tasks classes.yaml --routing none merged-twin|4|wrong number of labels for the head of task ",
                "eval --tasks tasks.yaml --routing learnt merged-twin|2|--routing: got learnt",
                "eval --tasks tasks.yaml --routing none,none merged-twin|2|--routing: got none twice",
                "eval --tasks tasks.yaml --group-radius 2 merged-twin|2|--group-radius: got 2"
            })
    void refusesWithAClearLine(String words, int exit, String message) throws IOException {
        assertThat(extract("--no-report").exit()).isZero();
        List<String> before = names();

        Cli.Result result = run(words.split(" "));

        assertThat(result.exit()).as(result.err()).isEqualTo(exit);
        assertThat(result.errorLines().getFirst()).startsWith("merge: ").contains(message);
        assertThat(names()).isEqualTo(before);
    }

    @Test
    void refusesToReplaceARouterUnlessForced() {
        extractWithRouter();

        Cli.Result result = run("twin", "train-router", "--tasks", "tasks.yaml", "merged-twin");

        assertThat(result.exit()).isEqualTo(2);
        assertThat(result.err()).contains("router.safetensors").contains("exists already");
    }

    private List<String> names() throws IOException {
        try (var files = Files.list(directory.resolve("merged-twin"))) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
