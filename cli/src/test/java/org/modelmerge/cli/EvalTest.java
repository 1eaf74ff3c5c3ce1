package org.modelmerge.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

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
import org.junit.jupiter.params.provider.ValueSource;
import org.modelmerge.error.MergeException;
import org.modelmerge.json.StrictJson;
import org.modelmerge.yaml.Tree;

final class EvalTest {
    private static final String TASKS = """
        model: {architecture: bert}
        tasks:
          - {name: one, labels: [no, "yes"], test: {file: x.tsv, text: text, label: label}}
          - {name: two, labels: [no, "yes"], test: {file: x.tsv, text: text, label: label}}
        """;

    @TempDir
    Path directory;

    private final TableOfAnswers answers = new TableOfAnswers(Map.of(
            Models.BASE,
            List.of(50, 60),
            Models.EXPERT_A,
            List.of(96, 50),
            Models.EXPERT_B,
            List.of(40, 80),
            "m.safetensors",
            List.of(90, 76)));

    @BeforeEach
    void writeModels() throws IOException {
        Models.write(directory);
        Models.model(3, 4, 5).write(directory.resolve("m.safetensors"));
        Files.writeString(directory.resolve("tasks.yaml"), TASKS);
    }

    private Cli.Result run(String... words) {
        return Cli.in(directory).withNetworks(answers).run(words);
    }

    private static Tree json(String text) throws MergeException {
        return Tree.of("", StrictJson.parse(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static Tree first(Tree tree, String key) throws MergeException {
        return Tree.of(key, tree.list(key).getFirst());
    }

    @Test
    void printsTasksIntervalsAndVerdicts() {
        Cli.Result result = run(
                "eval",
                "--tasks",
                "tasks.yaml",
                "--baseline",
                Models.BASE,
                "--individual",
                "one=" + Models.EXPERT_A,
                "--individual",
                "two=" + Models.EXPERT_B,
                "m.safetensors");

        assertThat(result.err()).isEmpty();
        assertThat(result.exit()).isZero();
        assertThat(result.out()).isEqualTo("""
            m
              task     correct  accuracy      95% interval  of expert               against base  verdict
              one       90/100    90.00%  82.56% to 94.48%     93.75%  +40.00 (+30.00 to +49.00)  better
              two       76/100    76.00%  66.77% to 83.31%     95.00%   +16.00 (+9.00 to +23.00)  better
              average             83.00%  77.50% to 87.50%     94.38%  +28.00 (+21.50 to +33.50)  better
            model  against                    difference  p, corrected  verdict
            m      base        +28.00 (+21.50 to +33.50)        0.0002  better
            m      individual     -5.00 (-8.50 to -2.00)        0.0046  worse
            """);
        assertThat(answers.closedCount).isEqualTo(1);
    }

    @Test
    void showsModelTaskAndItemsWhileNetworksRun() {
        Cli.Result result = run(
                "eval", "--progress", "always", "--tasks", "tasks.yaml", "--baseline", Models.BASE, "m.safetensors");

        assertThat(result.err())
                .contains("\rbase on one (task 1/2)", "\rm on two (task 2/2)")
                .endsWith("\r");
        assertThat(result.out()).startsWith("m\n");
    }

    @Test
    void runsNetworksWithTheThreadsAndBatchesAskedFor() {
        run("eval", "--threads", "3", "--batch-size", "7", "--tasks", "tasks.yaml", "m.safetensors");

        assertThat(answers.runOptions).isNotNull();
        assertThat(answers.runOptions.threads()).isEqualTo(3);
        assertThat(answers.runOptions.batchSize()).isEqualTo(7);
    }

    @ParameterizedTest
    @CsvSource({"--threads, 0", "--threads, two", "--batch-size, 0", "--batch-size, 4097"})
    void refusesImpossibleThreadsAndBatches(String option, String value) {
        Cli.Result result = run("eval", option, value, "--tasks", "tasks.yaml", "m.safetensors");

        assertThat(result.exit()).isEqualTo(2);
        assertThat(result.err()).startsWith("merge: " + option + ": got " + value + ", expected a whole number from 1");
    }

    @Test
    void printsOneDocumentWithPathsAsTyped() throws Exception {
        Cli.Result result =
                run("eval", "--json", "--tasks", "tasks.yaml", "--baseline", "./" + Models.BASE, "./m.safetensors");

        Tree document = json(result.out());
        assertThat(document.required("schema")).isEqualTo(1L);
        Tree model = first(document, "models");
        assertThat(model.text("model")).isEqualTo("./m.safetensors");
        assertThat((Double) model.required("average")).isCloseTo(0.83, within(1e-12));
        Tree task = first(model, "tasks");
        assertThat(task.text("name")).isEqualTo("one");
        assertThat(task.count("correct")).isEqualTo(90);
        assertThat(task.count("total")).isEqualTo(100);
        assertThat(task.required("accuracy")).isEqualTo(0.9);
        assertThat(task.members().get("normalised")).isNull();
        assertThat(task.has("normalised")).isTrue();
        assertThat((Double) task.required("low")).isBetween(0.82, 0.83);
        assertThat(document.object("baseline").text("model")).isEqualTo("./" + Models.BASE);
        assertThat(first(document, "comparisons").text("kind")).isEqualTo("baseline");
    }

    @Test
    void writesAReportWithTheSameNumbersAndNoPath() throws Exception {
        Cli.Result result =
                run("eval", "--tasks", "tasks.yaml", "--report", "r", "--baseline", Models.BASE, "m.safetensors");

        assertThat(result.exit()).isZero();
        String json = Files.readString(directory.resolve("r.json"));
        assertThat(first(first(json(json), "models"), "tasks").required("accuracy"))
                .isEqualTo(0.9);
        assertThat(directory.resolve("r.html")).content().contains("90.0%").doesNotContain(directory.toString());
        assertThat(json).doesNotContain(directory.toString());
        assertThat(run("eval", "--tasks", "tasks.yaml", "--report", "r", "m.safetensors")
                        .exit())
                .isEqualTo(2);
        assertThat(run("eval", "-f", "--tasks", "tasks.yaml", "--report", "r", "m.safetensors")
                        .exit())
                .isZero();
    }

    @Test
    void asksEachModelOnce() {
        run(
                "eval",
                "--tasks",
                "tasks.yaml",
                "--baseline",
                "m.safetensors",
                "--individual",
                "one=m.safetensors",
                "m.safetensors");

        assertThat(answers.asked).containsExactly("m.safetensors one", "m.safetensors two");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        --min-average 0.83                            | 0 |
        --min-average 0.84                            | 6 | m: average 0.8300 is below 0.8400
        --min-average 0.8 --gate-on lower-bound       | 6 | m: average 0.7750 (lower bound) is below 0.8000
        --max-drop 0.20                               | 0 |
        --max-drop 0.03                               | 6 | m: task two drops by 0.0400 against b, more than 0.0300
        --max-drop 0.05 --gate-on lower-bound         | 6 | m: task two drops by 0.0800 (lower bound) against b
        --max-drop 0.03 --min-average 0.9             | 6 | 2 gates were missed: m: average 0.8300 is below
        """)
    void holdsModelsAgainstGates(String gates, int exit, String message) {
        String[] words =
                ("eval --tasks tasks.yaml --report r --baseline b.safetensors " + gates + " m.safetensors").split(" ");

        Cli.Result result = run(words);

        assertThat(result.exit()).isEqualTo(exit);
        assertThat(result.out()).contains(exit == 0 ? "passed   --" : "missed   --");
        assertThat(result.err()).contains(message == null ? "" : message);
        // The work succeeded: its report is there, whatever the answer.
        assertThat(directory.resolve("r.html")).exists();
    }

    @Test
    void savesAnswersAndTakesThemInPlaceOfANetwork() throws Exception {
        run(
                "eval",
                "--tasks",
                "tasks.yaml",
                "--save-predictions",
                "p.json",
                "--baseline",
                Models.BASE,
                "m.safetensors");
        answers.asked.clear();

        Cli.Result again = run(
                "eval",
                "--json",
                "--predictions",
                "m.safetensors=p.json",
                "--predictions",
                Models.BASE + "=p.json",
                "--baseline",
                Models.BASE,
                "m.safetensors");

        assertThat(again.err()).isEmpty();
        assertThat(answers.asked).isEmpty();
        Cli.Result direct = run("eval", "--json", "--tasks", "tasks.yaml", "--baseline", Models.BASE, "m.safetensors");
        assertThat(again.out()).isEqualTo(direct.out());
    }

    @Test
    void refusesSavedAnswersOfAnotherModel() throws IOException {
        run("eval", "--tasks", "tasks.yaml", "--save-predictions", "p.json", "m.safetensors");
        Models.model(9, 9, 9).write(directory.resolve("m.safetensors"));

        Cli.Result result = run("eval", "--predictions", "m.safetensors=p.json", "m.safetensors");

        assertThat(result.exit()).isEqualTo(4);
        assertThat(result.err()).contains("no answers of this model to task one (got m of hash ");
    }

    @Test
    void takesTheWordOfSavedAnswersForAModelThatIsGone() throws IOException {
        run("eval", "--tasks", "tasks.yaml", "--save-predictions", "p.json", "m.safetensors");
        Files.delete(directory.resolve("m.safetensors"));

        Cli.Result result = run("eval", "--predictions", "m.safetensors=p.json", "m.safetensors");

        assertThat(result.exit()).isZero();
        assertThat(result.err()).contains("warning: m is not here");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"schema\":2,\"predictions\":[]}",
                "{\"schema\":1,\"predictions\":[{\"task\":\"one\",\"model\":\"m\",\"labels\":[\"a\"],\"expected\":[1],"
                        + "\"predicted\":[0]}]}",
                "{\"schema\":1,\"predictions\":[{\"task\":\"one\",\"model\":\"m\",\"labels\":[\"a\"],\"expected\":[],"
                        + "\"predicted\":[]}]}",
                "{\"schema\":1,\"predictions\":[{\"task\":\"one\",\"model\":\"m\",\"labels\":[\"a\"],\"expected\":[0],"
                        + "\"predicted\":[0,0]}]}"
            })
    void refusesPredictionsThatAreNone(String json) throws IOException {
        Files.writeString(directory.resolve("p.json"), json);

        Cli.Result result = run("eval", "--predictions", "m.safetensors=p.json", "m.safetensors");

        assertThat(result.exit()).isEqualTo(3);
        assertThat(result.err()).startsWith("merge: " + directory.resolve("p.json"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        eval                                                            | got no model
        eval m.safetensors                                              | nothing to evaluate by
        eval --tasks tasks.yaml --score x{} m.safetensors               | --score and --tasks exclude each other
        eval --tasks tasks.yaml --max-drop 0.1 m.safetensors            | --max-drop needs --baseline MODEL
        eval --tasks tasks.yaml --min-average 83 m.safetensors          | --min-average: got 83, expected a number from 0
        eval --tasks tasks.yaml --gate-on points m.safetensors          | --gate-on: got points
        eval --score x{} --gate-on lower-bound m.safetensors            | a score has no interval
        eval --tasks tasks.yaml --individual three=x m.safetensors      | --individual: got task three, expected one of
        eval --tasks tasks.yaml --individual one m.safetensors          | --individual: got one, expected TASK=MODEL
        eval --tasks tasks.yaml --predictions x=y m.safetensors         | --predictions: got x=y, expected MODEL=FILE
        eval --tasks tasks.yaml --seed x m.safetensors                  | --seed: got x, expected a whole number
        eval --score x m.safetensors                                    | score command without a place for the model
        eval --score 'x{} m.safetensors                                 | score command with an open quote
        """)
    void refusesArgumentsThatSayNothing(String words, String message) {
        Cli.Result result = run(words.split(" "));

        assertThat(result.exit()).isEqualTo(2);
        assertThat(result.err()).contains(message);
        assertThat(answers.asked).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        name: one    | nmae: one          | 3 | unknown key tasks[0].nmae
        name: one    | name: empty        | 3 | no test items for task empty (got 0, expected 1 or more)
        name: two    | name: headless     | 4 | weight: the head lacks it
        bert         | brt                | 3 | no architecture brt
        """)
    void leavesNothingHalfWritten(String from, String to, int exit, String message) throws IOException {
        Files.writeString(directory.resolve("tasks.yaml"), TASKS.replace(from, to));
        List<String> before = Cli.in(directory).names();

        Cli.Result result = run("eval", "--tasks", "tasks.yaml", "--report", "r", "m.safetensors");

        assertThat(result.exit()).isEqualTo(exit);
        assertThat(result.err()).contains(message);
        assertThat(result.errorLines()).hasSizeLessThanOrEqualTo(2);
        assertThat(Cli.in(directory).names()).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "--baseline adapter", "--individual one=adapter"})
    void refusesAnAdapterBeforeAnyNetworkRuns(String options) throws IOException {
        Files.createDirectory(directory.resolve("adapter"));
        Files.writeString(directory.resolve("adapter/adapter_config.json"), "{}");
        List<String> words = new ArrayList<>(List.of("eval", "--tasks", "tasks.yaml", "m.safetensors"));
        words.addAll(options.isEmpty() ? List.of("adapter") : List.of(options.split(" ", -1)));

        Cli.Result result = run(words.toArray(String[]::new));

        assertThat(result.exit()).isEqualTo(3);
        assertThat(result.err())
                .contains("the folder holds a LoRA adapter, not a whole model")
                .contains("merge --method average BASE ADAPTER -o FILE writes the whole model");
        assertThat(answers.asked).isEmpty();
    }

    @Test
    void saysThatAModelIsMissing() {
        Cli.Result result = run("eval", "--tasks", "tasks.yaml", "none.safetensors");

        assertThat(result.exit()).isEqualTo(5);
        assertThat(result.err()).contains("none.safetensors: no such file or folder");
    }
}
