package org.modelmerge.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;

@Timeout(60)
final class ScoreCommandTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        run {}                      | run m
        run --model={} -n  5        | run --model=m -n 5
        run 'a b' "c d" {}          | run a_b c_d m
        run a\\ b {}                | run a_b m
        run "it's" '"{}"' '' {}     | run it's "m" . m
        C:\\tool\\run.exe {}        | C:\\tool\\run.exe m
        run 'a\\b' "a\\"b" {}       | run a\\b a"b m
        """)
    void splitsWordsAsDocumented(String command, String words) throws MergeException {
        List<String> expected = List.of(words.split(" ")).stream()
                .map(word -> word.equals(".") ? "" : word.replace('_', ' '))
                .toList();

        assertThat(ScoreCommand.parse(command).words(Path.of("m"))).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "  ", "run", "run 'x {}", "run \"{}"})
    void refusesWhatIsNoCommand(String command) {
        MergeException refused = catchThrowableOfType(MergeException.class, () -> ScoreCommand.parse(command));

        assertThat(refused.code()).isEqualTo(ErrorCode.USAGE);
    }

    @Test
    void runsNoShell() throws MergeException {
        assertThat(ScoreCommand.parse("echo {} $HOME `id` ; *").words(Path.of("m")))
                .containsExactly("echo", "m", "$HOME", "`id`", ";", "*");
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void killsTheCommandAndItsChildrenWhenInterrupted() throws Exception {
        Path pids = folder.resolve("pids");
        ScoreCommand command = ScoreCommand.parse("sh -c 'sleep 300 & echo $! $$ > $1.tmp; mv $1.tmp $1; wait' sh {}");
        AtomicReference<MergeException> caught = new AtomicReference<>();
        Thread caller = Thread.ofPlatform().start(() -> {
            try {
                command.score(pids, _ -> {});
            } catch (MergeException e) {
                caught.set(e);
            }
        });
        while (!Files.exists(pids)) {
            Thread.sleep(5);
        }

        caller.interrupt();
        caller.join(Duration.ofSeconds(30));

        assertThat(caught.get().code()).isEqualTo(ErrorCode.CANCELLED);
        for (String pid : Files.readString(pids).strip().split(" ")) {
            assertThat(stateOf(pid)).satisfiesAnyOf(state -> assertThat(state).isEmpty(), state -> assertThat(state)
                    .startsWith("Z"));
        }
    }

    /// What ps says about a process: nothing if it is gone, Z if it has ended and nobody asked for its exit code.
    private static String stateOf(String pid) throws Exception {
        Process ps = new ProcessBuilder("ps", "-o", "stat=", "-p", pid).start();
        return new String(ps.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void isNotKeptByWhatTheCommandLeavesRunning() throws Exception {
        ScoreCommand command = ScoreCommand.parse("sh -c 'sleep 30 & echo 0.5' sh {}");

        assertThat(command.score(Path.of("m"), _ -> {})).isEqualTo(0.5);
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void readsMoreThanAPipeHolds() throws Exception {
        ScoreCommand command = ScoreCommand.parse(
                "sh -c 'head -c 300000 /dev/zero | tr \"\\0\" x; head -c 300000 /dev/zero >&2; echo; echo 2' sh {}");

        assertThat(command.score(Path.of("m"), _ -> {})).isEqualTo(2);
    }
}
