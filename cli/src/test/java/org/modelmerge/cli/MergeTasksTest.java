package org.modelmerge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `merge --method ... --tasks FILE`.
final class MergeTasksTest {
    private static final String TASKS = """
        model: {architecture: bert}
        tasks:
          - {name: one, labels: [no, "yes"], test: {file: x.tsv, text: text, label: label}}
          - {name: two, labels: [no, "yes"], test: {file: x.tsv, text: text, label: label}}
        """;

    @TempDir
    Path directory;

    private final TableOfAnswers answers = new TableOfAnswers(Map.of(
            Models.BASE, List.of(50, 60),
            Models.EXPERT_A, List.of(96, 50),
            Models.EXPERT_B, List.of(40, 80)));

    @BeforeEach
    void writeModels() throws IOException {
        Models.write(directory);
        Files.writeString(directory.resolve("tasks.yaml"), TASKS);
    }

    private Cli.Result merge(String... words) {
        List<String> all = new ArrayList<>(List.of("--method", "average", "--tasks", "tasks.yaml"));
        all.addAll(List.of(words));
        all.addAll(List.of(Models.BASE, Models.EXPERT_A, Models.EXPERT_B));
        return Cli.in(directory).withNetworks(answers).run(all.toArray(String[]::new));
    }

    @Test
    void addsTheAccuraciesToTheReport() throws IOException {
        Cli.Result result = merge();

        assertThat(result.exit()).isZero();
        assertThat(result.err())
                .contains("accuracy 50.00% on average over 2 tasks; base 55.00%; individual experts 88.00%\n");
        assertThat(directory.resolve("merged.report.json"))
                .content()
                .contains(
                        "\"evaluation\": {",
                        "\"model\": \"merged\"",
                        "\"model\": \"base\"",
                        "\"kind\": \"individual\"");
        assertThat(directory.resolve("merged.report.html")).content().contains("<h2>Accuracy</h2>");
        assertThat(answers.closedCount).isEqualTo(1);
    }

    @Test
    void runsNetworksWithTheThreadsOfTheMerge() {
        merge("--threads", "3");

        assertThat(answers.runOptions).isNotNull();
        assertThat(answers.runOptions.threads()).isEqualTo(3);
    }

    @Test
    void showsProgressOfNetworksAndOfTheMergeInOneLine() {
        Cli.Result result = merge("--progress", "always");

        assertThat(result.err()).contains("\rbase on one (task 1/2)", "\rpass 2/2 emit", "\rmerged on two (task 2/2)");
        assertThat(result.err().substring(result.err().lastIndexOf('\r') + 1)).startsWith("method");
    }

    @Test
    void leavesNothingBehindIfTheResultCannotBeEvaluated() throws IOException {
        Files.writeString(directory.resolve("tasks.yaml"), TASKS.replace("name: two", "name: headless"));
        List<String> before = Cli.in(directory).names();

        Cli.Result result = merge();

        assertThat(result.exit()).isEqualTo(4);
        assertThat(Cli.in(directory).names()).isEqualTo(before);
    }

    @Test
    void refusesAnotherNumberOfTasksThanExperts() {
        Cli.Result result = Cli.in(directory)
                .withNetworks(answers)
                .run("--method", "average", "--tasks", "tasks.yaml", Models.BASE, Models.EXPERT_A);

        assertThat(result.exit()).isEqualTo(2);
        assertThat(result.err()).contains("--tasks: got 2 tasks, expected 1, one per expert");
    }

    @Test
    void refusesATableWithoutAReport() {
        assertThat(merge("--no-report").exit()).isEqualTo(2);
    }

    @Test
    void runsNoNetworkForAPlan() {
        assertThat(merge("--dry-run").exit()).isZero();
        assertThat(answers.asked).isEmpty();
    }

    @Test
    void refusesABrokenTaskFileBeforeTheWork() throws IOException {
        Files.writeString(directory.resolve("tasks.yaml"), TASKS.replace("architecture", "architekture"));

        Cli.Result result = merge();

        assertThat(result.exit()).isEqualTo(3);
        assertThat(result.err()).contains("unknown key model.architekture", "hint: did you mean architecture?");
    }
}
