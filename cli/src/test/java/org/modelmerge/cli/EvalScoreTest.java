package org.modelmerge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// `merge eval --score`, with commands of a POSIX shell.
@DisabledOnOs(OS.WINDOWS)
final class EvalScoreTest {
    @TempDir
    Path directory;

    @BeforeEach
    void writeModels() throws IOException {
        Models.write(directory);
    }

    private Cli.Result score(String command, String... words) {
        List<String> all = new ArrayList<>(List.of("eval", "--score", command));
        all.addAll(List.of(words));
        return Cli.in(directory).run(all.toArray(String[]::new));
    }

    @Test
    void takesTheLastLineAsTheNumber() {
        Cli.Result result = score("sh -c 'echo 7; echo \" 0.625 \"; echo; echo loud >&2' sh {}", Models.BASE);

        assertThat(result.exit()).isZero();
        assertThat(result.out()).isEqualTo("model  score\nbase   0.625\n");
        assertThat(result.err()).isEqualTo("loud\n");
    }

    @Test
    void passesThePathOfEachModel() {
        Cli.Result result = score(
                "sh -c 'case $1 in */a.safetensors) echo 1;; *) echo 2;; esac' sh {}",
                Models.EXPERT_A,
                Models.EXPERT_B);

        assertThat(result.out()).isEqualTo("model  score\na          1\nb          2\n");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        sh -c 'exit 3' {}       | failed (got exit code 3, expected 0)
        sh -c 'echo 1; exit 1' {} | failed (got exit code 1, expected 0)
        sh -c 'kill -9 $$' {}   | failed (got exit code 137, as after signal 9, expected 0)
        sh -c 'echo bad' {}     | printed no number (got "bad" as its last line, expected a number)
        sh -c 'echo NaN' {}     | printed no number (got "NaN" as its last line, expected a number)
        sh -c 'echo 1e999' {}   | printed no number (got "1e999" as its last line, expected a number)
        sh -c ':' {}            | printed no number (got nothing as its last line, expected a number)
        ./no-such-command {}    | cannot be started
        """)
    void saysWhatIsWrongWithACommand(String command, String message) throws IOException {
        List<String> before = Cli.in(directory).names();

        Cli.Result result = score(command, "--report", "r", Models.BASE);

        assertThat(result.exit()).isEqualTo(5);
        assertThat(result.err()).startsWith("merge: score command ").contains(message);
        assertThat(result.errorLines()).hasSize(1);
        assertThat(Cli.in(directory).names()).isEqualTo(before);
    }

    @ParameterizedTest
    @CsvSource({
        "--min-average 1.5, 0, passed   --min-average  a: score 1.5000 reaches 1.5000",
        "--min-average 1.6, 6, missed   --min-average  a: score 1.5000 is below 1.6000",
        "--max-drop 0.5, 0, 'passed   --max-drop  a: score drops by 0.5000 against base, no more than 0.5000'",
        "--max-drop 0.4, 6, 'missed   --max-drop  a: score drops by 0.5000 against base, more than 0.4000'"
    })
    void gatesScoresLikeAccuracies(String gate, int exit, String line) {
        String[] option = gate.split(" ");

        Cli.Result result = score(
                "sh -c 'case $1 in */a.safetensors) echo 1.5;; *) echo 2;; esac' sh {}",
                option[0],
                option[1],
                "--baseline",
                Models.BASE,
                Models.EXPERT_A);

        assertThat(result.exit()).isEqualTo(exit);
        assertThat(result.out()).contains(line);
    }

    @Test
    void reportsScoresToo() {
        Cli.Result result = score("sh -c 'echo 0.5' {}", "--report", "r", Models.BASE);

        assertThat(result.exit()).isZero();
        assertThat(directory.resolve("r.html")).content().contains("Scores of a command");
        assertThat(directory.resolve("r.json")).content().contains("\"average\": 0.5");
    }

    @Test
    void doesNotRunACommandForAModelThatIsMissing() {
        Cli.Result result = score("sh -c 'echo 0.5; touch ran' {}", "none.safetensors");

        assertThat(result.exit()).isEqualTo(5);
        assertThat(result.err()).contains("none.safetensors: no such file or folder");
    }
}
