package org.modelmerge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Bad arguments: one line, exit 2, nothing written.
final class ArgumentsTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "--methd ties b e | unknown option --methd | did you mean --method?",
                "--lamda=1 --method ties b e | unknown option --lamda | did you mean --lambda?",
                "-x b e | unknown option -x | merge --help lists the options",
                "--output | --output: no value given, expected PATH |",
                "--output --force b e | --output: no value given, expected PATH |",
                "--force=yes b e | --force: takes no value |",
                "--dtype f32 --dtype f16 b e | --dtype: given more than once |",
                "b e | no --method given | merge methods lists the methods",
                "--method average | got no model, expected BASE and at least one EXPERT "
                        + "| merge --method METHOD BASE EXPERT...",
                "--method average b | got 1 model, expected BASE and at least one EXPERT "
                        + "| merge --method METHOD BASE EXPERT...",
                "--method average --dtype bf15 b e | --dtype: got bf15, expected one of base, f32, f16, bf16, f64 "
                        + "| did you mean bf16?",
                "--method average --threads 0 b e | --threads: got 0, expected a whole number from 1 to 1024 |",
                "--method average --threads 1e3 b e | --threads: got 1e3, expected a whole number from 1 to 1024 |",
                "--method average --max-memory 2XB b e "
                        + "| --max-memory: got 2XB, expected a size such as 500MB, 5GB or 2GiB |",
                "--method average -o out --max-shard-size 0 b e "
                        + "| --max-shard-size: got 0, expected a size such as 500MB, 5GB or 2GiB |",
                "--method average -o a.safetensors --max-shard-size 1GB b e "
                        + "| --max-shard-size: the output is one file, which has no shards |",
                "--method average --report a --no-report b e | --report and --no-report exclude each other |",
                "--method average -q -v b e | -q and -v exclude each other |",
                "--method average --progress maybe b e | --progress: got maybe, expected one of auto, always, never |",
                "--method average --color on b e | --color: got on, expected one of auto, always, never |",
                "--method average --include ( b e "
                        + "| --include: got (, expected a regular expression (Unclosed group) |",
                "--method average -o= b e | --output: got an empty path |",
                "--method average --report / b e | --report: got /, expected the beginning of a file name |",
                "--method average --report .. b e | --report: got .., expected the beginning of a file name |",
                "diff a | got 1 checkpoint, expected A and B |",
                "diff a b c | got 3 checkpoints, expected A and B |",
                "inspect | got no PATH, expected at least one checkpoint |",
                "verify | got no OUT, expected the model to verify |",
                "check b | got 1 model, expected BASE and at least one EXPERT | merge check BASE EXPERT...",
                "run | got no RECIPE, expected a recipe file |",
                "completion powershell | completion: got powershell, expected one of bash, zsh |",
                "help inspekt | this version has no command inspekt | did you mean inspect?",
            })
    void refusesBadArguments(String words, String message, String hint) throws IOException {
        Cli cli = Cli.in(directory);

        Cli.Result result = cli.run(words.strip().split(" +"));

        String cure = hint == null ? "" : "hint: " + hint + "\n";
        assertThat(result.err()).isEqualTo("merge: " + message + "\n" + cure);
        assertThat(result.exit()).isEqualTo(2);
        assertThat(result.out()).isEmpty();
        assertThat(cli.names()).isEmpty();
    }

    @Test
    void expandsNoArgumentFiles() {
        Cli.Result result = Cli.in(directory).run("inspect", "@words");

        assertThat(result.err()).isEqualTo("merge: " + directory.resolve("@words") + ": no such file or folder\n");
    }

    @Test
    void takesWordsAfterTwoDashesForOperands() {
        Cli.Result result = Cli.in(directory).run("inspect", "--", "--json");

        assertThat(result.err()).isEqualTo("merge: " + directory.resolve("--json") + ": no such file or folder\n");
    }

    @Test
    void refusesAPathThatNoFileCanHave() {
        Cli.Result result = Cli.in(directory).run("inspect", "a\0b");

        assertThat(result.exit()).isEqualTo(2);
        assertThat(result.err()).startsWith("merge: PATH: got a\\u0000b, which is no path here");
    }
}
