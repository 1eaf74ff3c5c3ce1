package org.modelmerge.cli.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Names that file systems allow and people or programs choose.
@Timeout(60)
@EnabledOnOs(OS.LINUX)
final class OddNameTest {
    private static final String LONG_NAME =
            "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
                + "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy";

    @TempDir
    Path directory;

    private RealCommand command(String locale) {
        return RealCommand.in(directory).withEnvironment("LC_ALL", locale);
    }

    /// Runs a line of shell, for names that Java cannot spell.
    private void shell(String line) throws IOException, InterruptedException {
        assertThat(new ProcessBuilder("sh", "-c", line)
                        .directory(directory.toFile())
                        .start()
                        .waitFor())
                .isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"with blanks ", "-dash", "new\nline", "tab\t", "merge", "run", "...", "star*?[$`\"'\\", LONG_NAME
            })
    void mergesVerifiesAndRepeatsWhateverTheFilesAreCalled(String name) throws Exception {
        Samples.model(1, 0).write(directory.resolve(name + ".safetensors"));
        Samples.model(2, 0).write(directory.resolve("e" + name + ".safetensors"));
        List<String> before = Samples.names(directory);
        String out = "o" + name;

        RealCommand.Ended merged = command("C.UTF-8")
                .run(
                        "--method",
                        "ties",
                        "-o",
                        out + ".safetensors",
                        "--write-recipe",
                        out + ".yaml",
                        "--",
                        name + ".safetensors",
                        "e" + name + ".safetensors");

        assertThat(merged.exit()).as(merged.err()).isZero();
        assertThat(Samples.names(directory))
                .containsAll(before)
                .contains(out + ".safetensors", out + ".report.html", out + ".report.json", out + ".yaml")
                .hasSize(before.size() + 4);
        String first = Samples.sha256(directory.resolve(out + ".safetensors"));
        RealCommand.Ended again = command("C.UTF-8").run("run", "-f", out + ".yaml");
        assertThat(again.exit()).as(again.err()).isZero();
        assertThat(Samples.sha256(directory.resolve(out + ".safetensors"))).isEqualTo(first);
        RealCommand.Ended verified = command("C.UTF-8")
                .run("verify", out + ".safetensors", "--", name + ".safetensors", "e" + name + ".safetensors");
        assertThat(verified.exit()).as(verified.out() + verified.err()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"\\303\\251", "\\360\\237\\230\\200"})
    void mergesNamesOutsideOfAsciiInAUtf8LocaleAndRefusesThemInABareOne(String octal) throws Exception {
        Samples.writeSmall(directory);
        // The shell passes the name on, since this JVM may run in a bare locale itself.
        RealCommand named = RealCommand.in(directory)
                .after("n=$(printf '" + octal + "').safetensors;"
                        + " mv base.safetensors \"$n\" 2>/dev/null; set -- \"$@\" \"$n\" a.safetensors");

        RealCommand.Ended bare = named.withEnvironment("LC_ALL", "C").run("--method", "ties", "-o", "o.safetensors");
        RealCommand.Ended merged =
                named.withEnvironment("LC_ALL", "C.UTF-8").run("--method", "ties", "-o", "o.safetensors");

        assertThat(bare.exit()).as(bare.err()).isEqualTo(2);
        assertThat(bare.err()).contains("hint: the locale has no such letters");
        assertThat(merged.exit()).as(merged.err()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"C", "C.UTF-8"})
    void refusesToLeaveOutAFileWhoseNameItCannotRead(String locale) throws Exception {
        Samples.model(1, 0).writeSharded(directory.resolve("base"), 1);
        Samples.model(2, 0).write(directory.resolve(Samples.EXPERT_A));
        shell("echo x > base/$(printf 'bad\\377').txt");

        RealCommand.Ended ended = command(locale).run("--method", "ties", "-o", "out", "base", Samples.EXPERT_A);

        assertThat(ended.exit()).as(ended.err()).isEqualTo(5);
        assertThat(ended.err()).startsWith("merge: base: holds a file whose name is no text in this locale (bad");
        assertThat(Samples.names(directory)).containsExactly(Samples.EXPERT_A, "base");
    }

    @Test
    void mergesBesideFilesWhoseNamesItCannotRead() throws Exception {
        Samples.writeSmall(directory);
        shell("echo x > $(printf 'bad\\377').txt");

        RealCommand.Ended ended = command("C").run("--method", "ties", Samples.BASE, Samples.EXPERT_A);

        assertThat(ended.exit()).as(ended.err()).isZero();
    }
}
