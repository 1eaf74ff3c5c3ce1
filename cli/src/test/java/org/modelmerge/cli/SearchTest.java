package org.modelmerge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.modelmerge.error.MergeException;
import org.modelmerge.evaluation.AnswerSource;
import org.modelmerge.evaluation.Answers;
import org.modelmerge.evaluation.MergedModel;
import org.modelmerge.evaluation.Split;
import org.modelmerge.json.StrictJson;
import org.modelmerge.task.Task;
import org.modelmerge.yaml.Tree;

final class SearchTest {
    private static final String TASKS = """
        model: {architecture: bert}
        tasks:
          - {name: one, labels: [no, "yes"], test: {file: x.tsv, text: t, label: l}, validation: {file: v.tsv, text: t, label: l}}
          - {name: two, labels: [no, "yes"], test: {file: x.tsv, text: t, label: l}, validation: {file: v.tsv, text: t, label: l}}
        """;

    @TempDir
    Path directory;

    private final List<String> asked = new ArrayList<>();

    @BeforeEach
    void writeModels() throws IOException {
        Models.write(directory);
        Files.writeString(directory.resolve("tasks.yaml"), TASKS);
        Files.writeString(directory.resolve("v.tsv"), "t\tl\n");
        Files.writeString(directory.resolve("x.tsv"), "t\tl\n");
    }

    /// Task one is answered best where w[0] is 1.4, task two where w[1] is 2.8: lambda 0.4 for both.
    private AnswerSource answers() {
        return new AnswerSource() {
            @Override
            public Answers answers(Path model, Task task, Split split) {
                throw new AssertionError("a file for " + model);
            }

            @Override
            public Answers answers(MergedModel model, Task task, Split split) throws MergeException {
                asked.add(model.name() + " " + task.name() + " " + split);
                FloatBuffer w = FloatBuffer.allocate(3);
                model.tensors().readFloats("w", w);
                double off = task.name().equals("one") ? w.get(0) - 1.4 : (w.get(1) - 2.8) / 2;
                int[] expected = new int[100];
                int[] predicted = new int[100];
                Arrays.fill(predicted, (int) Math.round(Math.max(0, 90 - 100 * Math.abs(off))), 100, 1);
                return new Answers(predicted, expected, task.labels());
            }

            @Override
            public void close() {}
        };
    }

    private Cli.Result run(String... words) {
        List<String> all = new ArrayList<>(List.of("search"));
        all.addAll(List.of(words));
        all.addAll(List.of(Models.BASE, Models.EXPERT_A, Models.EXPERT_B));
        return Cli.in(directory).withNetworks((_, _) -> answers()).run(all.toArray(String[]::new));
    }

    private static final String SCORE = "sh -c 'head -c 100 \"$1\" > /dev/null && echo 1' sh {}";

    @Test
    void printsTheBestOfAGridAsOptionsOfAMerge() throws IOException {
        List<String> before = Cli.in(directory).names();
        Cli.Result result = run("--method", "task-arithmetic", "--grid", "lambda=0.1:1:0.1", "--tasks", "tasks.yaml");
        assertThat(result.exit()).isZero();
        assertThat(result.out()).isEqualTo("--lambda=0.4\n");
        assertThat(result.errorLines()).hasSize(10);
        assertThat(result.errorLines().get(3))
                .startsWith("trial 4/10  --lambda=0.4  0.900000  best 0.900000 (trial 4)  ");
        assertThat(asked).hasSize(20).startsWith("candidate 1 one VALIDATION", "candidate 1 two VALIDATION");
        assertThat(Cli.in(directory).names()).isEqualTo(before);
    }

    @Test
    void findsOneLambdaPerTaskAndMergesWithThem() throws Exception {
        Cli.Result result = run(
                "--method",
                "task-arithmetic",
                "--budget",
                "60",
                "--tasks",
                "tasks.yaml",
                "-o",
                "best.safetensors",
                "--report",
                "s");
        assertThat(result.exit()).isZero();
        List<String> lines = result.out().lines().toList();
        assertThat(lines)
                .hasSize(2)
                .endsWith(directory.resolve("best.safetensors").toString());
        String[] lambdas = lines.getFirst().substring("--lambda=".length()).split(",");
        assertThat(lambdas).hasSize(2).allSatisfy(lambda -> assertThat(Double.parseDouble(lambda))
                .isBetween(0.38, 0.42));
        assertThat(Cli.in(directory).names()).contains("best.safetensors", "best.report.html", "s.html", "s.json");

        Tree json = Tree.of("", StrictJson.parse(Files.readAllBytes(directory.resolve("s.json"))));
        assertThat(json.list("trials")).hasSizeLessThanOrEqualTo(60).hasSizeGreaterThan(30);
        String page = Files.readString(directory.resolve("s.html"));
        assertThat(page).contains("<svg").contains("validation data").doesNotContain(directory.toString());
        Cli.Result merged = Cli.in(directory)
                .run(
                        "--method",
                        "task-arithmetic",
                        lines.getFirst(),
                        "-o",
                        "again.safetensors",
                        Models.BASE,
                        Models.EXPERT_A,
                        Models.EXPERT_B);
        assertThat(merged.exit()).isZero();
        assertThat(Files.readAllBytes(directory.resolve("again.safetensors")))
                .isEqualTo(Files.readAllBytes(directory.resolve("best.safetensors")));
    }

    @Test
    void saysTheSameInJson() throws MergeException {
        Cli.Result result = run(
                "--method", "ties", "--grid", "lambda=0.5,1", "--density", "100%", "--tasks", "tasks.yaml", "--json");
        Tree json = Tree.of("", StrictJson.parse(result.out().getBytes(StandardCharsets.UTF_8)));
        assertThat(json.list("trials")).hasSize(2);
        assertThat(result.out()).contains("\"density\": \"100%\"").contains("\"output\": null");
    }

    @Test
    void theSeedChoosesTheTrials() {
        String[] words = {
            "--method", "pcb", "--budget", "9", "--score", SCORE, "--density", "100%", "--degenerate", "nan"
        };
        String first = run(words).err();
        assertThat(withoutTimes(run(words).err())).isEqualTo(withoutTimes(first));
    }

    private static String withoutTimes(String err) {
        return err.replaceAll("  [0-9.]+ s\n", "\n");
    }

    @Test
    void givesACommandOneModelAtATimeAndRemovesIt() throws IOException {
        List<String> before = Cli.in(directory).names();
        String command = "sh -c 'ls -a . >> seen.txt; stat -c %s \"$1\"' sh {}";
        Cli.Result result = run(
                "--method",
                "ties",
                "--grid",
                "lambda=1,2",
                "--score",
                command.replace("seen.txt", directory.resolve("seen.txt").toString()));
        assertThat(result.exit()).isZero();
        assertThat(result.out()).isEqualTo("--lambda=1.0\n");
        assertThat(Cli.in(directory).names())
                .filteredOn(name -> !name.equals("seen.txt"))
                .isEqualTo(before);
    }

    @Test
    void survivesACommandThatFailsHalfTheTime() throws IOException {
        Path counter = directory.resolve("count");
        Files.writeString(counter, "");
        String command = "sh -c 'echo >> %s; n=$(wc -l < %s); [ $((n %% 2)) = 0 ] && echo $n || exit 3' sh {}"
                .replace("%s", counter.toString())
                .replace("%%", "%");
        Cli.Result result = run("--method", "ties", "--grid", "lambda=1:6:1", "--score", command, "--report", "r");
        assertThat(result.exit()).isZero();
        assertThat(result.out()).isEqualTo("--lambda=6.0\n");
        assertThat(result.err())
                .contains("trial 1/6  --lambda=1.0  failed: score command ")
                .contains("got exit code 3, expected 0")
                .contains("merge: warning: 3 of 6 trials failed and counted as the worst");
        assertThat(Files.readString(directory.resolve("r.json"))).contains("\"failures\": 3");
    }

    @Test
    void goesOnFromItsState() throws IOException {
        String[] words = {"--method", "task-arithmetic", "--budget", "20", "--tasks", "tasks.yaml", "--state", "s"};
        Cli.Result whole = run(words);
        Path log = directory.resolve("s/search.jsonl");
        String text = Files.readString(log);
        Files.writeString(log, text.substring(0, text.indexOf("{\"number\":8") + 5));
        asked.clear();

        Cli.Result resumed = run(words);

        assertThat(asked).hasSizeLessThanOrEqualTo(26).startsWith("candidate 8 one VALIDATION");
        assertThat(resumed.out()).isEqualTo(whole.out());
        assertThat(withoutTimes(resumed.err())).isEqualTo(withoutTimes(whole.err()));
        assertThat(Files.readString(log).replaceAll("\"seconds\":[^}]*", ""))
                .isEqualTo(text.replaceAll("\"seconds\":[^}]*", ""));
    }

    @Test
    void refusesTheStateOfOtherInputsOrOptions() throws IOException {
        String[] words = {"--method", "ties", "--grid", "lambda=1,2", "--tasks", "tasks.yaml", "--state", "s"};
        assertThat(run(words).exit()).isZero();
        words[3] = "lambda=1,3";
        assertThat(run(words).err()).contains("search differs").contains("[1.0,3.0]");
        words[3] = "lambda=1,2";
        Files.writeString(directory.resolve("v.tsv"), "t\tl\nmore\tno\n");
        Cli.Result result = run(words);
        assertThat(result.exit()).isEqualTo(4);
        assertThat(result.err()).contains("score differs");
    }

    @Test
    void refusesToTuneOnTestDataUnlessTold() throws IOException {
        Files.writeString(directory.resolve("tasks.yaml"), TASKS.replaceAll(", validation: \\{[^}]*\\}", ""));
        Cli.Result refused = run("--method", "ties", "--grid", "lambda=1,2", "--tasks", "tasks.yaml");
        assertThat(refused.exit()).isEqualTo(3);
        assertThat(refused.err()).contains("task one names no validation data").contains("--tune-on-test");
        assertThat(asked).isEmpty();

        Cli.Result told = run("--method", "ties", "--grid", "lambda=1,2", "--tasks", "tasks.yaml", "--tune-on-test");
        assertThat(told.exit()).isZero();
        assertThat(told.err()).contains("warning: chosen on test data");
        assertThat(asked).allMatch(line -> line.endsWith("TEST"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        --method average --grid lambda=1,2                         | average has no lambda to search
        --method adamerging                                        | adamerging has no lambda to search
        --method twin --grid lambda=1,2                            | twin gives no single model to score
        --method ties --grid weights=1,2                           | got weights, expected density or lambda for ties
        --method task-arithmetic --grid density=0.1,0.2            | got density, expected lambda for task-arithmetic
        --method ties --grid lambda=1,2 --lambda 3                 | --grid and --lambda give the same option
        --method ties --grid lambda=1,2 --budget 5                 | --grid and --over, --box, --budget exclude each other
        --method ties --over lambdas                               | takes one for all
        --method ties --over lambda,lambda                         | got lambda twice
        --method ties --over size                                  | --over: got size
        --method ties --box lambda=2:1                             | expected LOW below HIGH
        --method ties --box lambda=2                               | expected OPTION=LOW:HIGH
        --method ties --box density=0.1:0.5                        | got density, which is not searched
        --method ties --budget 0                                   | --budget: got 0
        --method pcb --lambda 2                                    | expected it inside the box from 0.8 to 1.3
        --method pcb --lambda 1,1,1                                | --lambda has the wrong length
        --method ties --seed x                                     | --seed: got x
        --method ties --grid lambda=0:2:0                          | --grid: got lambda=0:2:0
        --method ties --grid density=0.1,0.2,1.5                   | --grid: bad density
        --method pcb --grid density=0,0.2                          | --grid: bad density
        --method ties --grid lambda=1,2 --over lambda              | --grid and --over, --box, --budget exclude each other
        --method ties --grid lambda=1,2 --box lambda=1:2           | --grid and --over, --box, --budget exclude each other
        --method ties --grid lambda=1 --grid lambda=2              | one axis per option
        --method ties --grid lambda=1:2                            | --grid: got lambda=1:2
        --method ties --grid lambda                                | --grid: got lambda
        --method ties --box lambda=a:2                             | --box: got a
        --method ties --over density --box density=0:2             | --box: got 0
        --method ties --box weights=1:2                            | got weights, expected density or lambda for ties
        --method task-arithmetic --over density                    | got density, expected lambda for task-arithmetic
        --method ties --budget x                                   | --budget: got x
        --method ties --density 0 --budget 3                       | density
        --method nonsense --grid lambda=1,2                        | unknown method (got nonsense
        """)
    void refusesWhatCannotBeSearched(String words, String message) throws IOException {
        List<String> before = Cli.in(directory).names();
        List<String> all = new ArrayList<>(List.of(words.split(" ")));
        all.addAll(List.of("--tasks", "tasks.yaml", "--report", "r"));
        Cli.Result result = run(all.toArray(String[]::new));
        assertThat(result.err()).contains(message);
        assertThat(result.exit()).isEqualTo(2);
        assertThat(Cli.in(directory).names()).isEqualTo(before);
    }

    @Test
    void refusesAScoreThatDoesNotFit() throws IOException {
        String[] words = {"--method", "ties", "--grid", "lambda=1,2", "--score", "cat"};
        assertThat(run(words).err()).contains("{}");
        assertThat(run(words).exit()).isEqualTo(2);

        words[4] = "--tasks";
        words[5] = "tasks.yaml";
        Files.writeString(directory.resolve("tasks.yaml"), TASKS.replaceAll("  - \\{name: two.*\n", ""));
        assertThat(run(words).err()).contains("--tasks: got 1 task, expected 2, one per expert");
        assertThat(run(words).exit()).isEqualTo(2);
        assertThat(asked).isEmpty();

        assertThat(run("--method", "ties", "--score", "x {}", "--tune-on-test").err())
                .contains("--tune-on-test without --tasks");
        assertThat(run("--grid", "lambda=1,2", "--score", "x {}").err()).contains("no --method given");
    }

    @Test
    void needsOneScore() {
        assertThat(run("--method", "ties").err()).contains("nothing to score by");
        assertThat(run("--method", "ties", "--tasks", "tasks.yaml", "--score", "x {}")
                        .err())
                .contains("--score and --tasks exclude each other");
    }

    @Test
    void looksAtTheOutputBeforeTheFirstTrial() {
        Cli.Result result =
                run("--method", "ties", "--grid", "lambda=1,2", "--tasks", "tasks.yaml", "-o", Models.EXPERT_A);
        assertThat(result.exit()).isEqualTo(2);
        assertThat(asked).isEmpty();
    }
}
