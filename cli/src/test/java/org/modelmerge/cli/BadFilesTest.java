package org.modelmerge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.modelmerge.checkpoint.Shape;
import org.modelmerge.testing.TinyCheckpoint;

/// Inputs and outputs that cannot be used: the exit code, one line, and nothing left behind.
final class BadFilesTest {
    @TempDir
    Path directory;

    @BeforeEach
    void writeModels() throws IOException {
        Models.write(directory);
    }

    private void assertRefused(int exit, String message, String... words) throws IOException {
        Cli cli = Cli.in(directory);
        List<String> before = cli.names();

        Cli.Result result = cli.run(words);

        assertThat(result.err()).startsWith("merge: " + message);
        assertThat(result.exit()).isEqualTo(exit);
        assertThat(result.out()).isEmpty();
        assertThat(result.errorLines().stream().filter(line -> line.startsWith("merge: ")))
                .hasSize(1);
        assertThat(cli.names()).isEqualTo(before);
    }

    private String at(String name) {
        return directory.resolve(name).toString();
    }

    private static String[] average(String... rest) {
        List<String> words = new ArrayList<>(List.of("--method", "average"));
        words.addAll(List.of(rest));
        return words.toArray(String[]::new);
    }

    @Test
    void refusesAnUnknownMethod() throws IOException {
        assertRefused(2, "unknown method (got tie,", "--method", "tie", Models.BASE, Models.EXPERT_A);
    }

    @Test
    void refusesABadNumber() throws IOException {
        assertRefused(2, "", "--method", "task-arithmetic", "--lambda", "x", Models.BASE, Models.EXPERT_A);
    }

    @Test
    void refusesAListOfTheWrongLength() throws IOException {
        assertRefused(2, "", "--method", "task-arithmetic", "--lambda", "1,2,3", Models.BASE, Models.EXPERT_A);
    }

    @Test
    void refusesAPatternThatMatchesNothing() throws IOException {
        assertRefused(
                2,
                "--include matches no tensor (got nothing,",
                average("--include", "nothing", Models.BASE, Models.EXPERT_A));
    }

    @Test
    void refusesAnExpertThatIsTheBase() throws IOException {
        assertRefused(
                2, at("./" + Models.BASE) + ": this expert is BASE itself", average(Models.BASE, "./" + Models.BASE));
    }

    @Test
    void refusesAnExpertThatIsALinkToTheBase() throws IOException {
        Files.createSymbolicLink(directory.resolve("link.safetensors"), directory.resolve(Models.BASE));

        assertRefused(
                2, at("link.safetensors") + ": this expert is BASE itself", average(Models.BASE, "link.safetensors"));
    }

    @Test
    void refusesAnExistingOutput() throws IOException {
        Files.writeString(directory.resolve("out.safetensors"), "mine");

        assertRefused(
                2,
                at("out.safetensors") + ": the output exists already\nhint: pass --force",
                average("-o", "out.safetensors", Models.BASE, Models.EXPERT_A));
        assertThat(directory.resolve("out.safetensors")).hasContent("mine");
    }

    @Test
    void refusesAnExistingReportBeforeWork() throws IOException {
        Files.writeString(directory.resolve("merged.report.html"), "mine");

        assertRefused(
                2, at("merged.report.html") + ": the output exists already", average(Models.BASE, Models.EXPERT_A));
        assertThat(directory.resolve("merged.report.html")).hasContent("mine");
    }

    @Test
    void refusesAnExistingRecipeBeforeWork() throws IOException {
        Files.writeString(directory.resolve("r.yaml"), "mine");

        assertRefused(
                2,
                at("r.yaml") + ": the output exists already",
                average("--write-recipe", "r.yaml", Models.BASE, Models.EXPERT_A));
    }

    @Test
    void refusesAnOutputThatIsAnInputEvenByForce() throws IOException {
        byte[] before = Files.readAllBytes(directory.resolve(Models.EXPERT_A));

        assertRefused(
                2,
                at(Models.EXPERT_A) + ": this output is, or holds, the input " + at(Models.EXPERT_A),
                average("-f", "-o", Models.EXPERT_A, Models.BASE, Models.EXPERT_A));
        assertThat(Files.readAllBytes(directory.resolve(Models.EXPERT_A))).isEqualTo(before);
    }

    @Test
    void refusesAnOutputThatIsALinkToAnInput() throws IOException {
        Files.createLink(directory.resolve("hard.safetensors"), directory.resolve(Models.BASE));
        Files.createSymbolicLink(directory.resolve("soft.safetensors"), directory.resolve(Models.BASE));

        for (String link : List.of("hard.safetensors", "soft.safetensors")) {
            assertRefused(
                    2,
                    at(link) + ": this output is, or holds, the input",
                    average("-f", "-o", link, Models.BASE, Models.EXPERT_A));
        }
    }

    @Test
    void refusesAFolderOutputThatHoldsAnInput() throws IOException {
        Models.writeFolders(directory);

        assertRefused(2, at("a") + ": this output is, or holds, the input", average("-f", "-o", "a", "base", "a"));
        assertRefused(
                2,
                directory + ": this output is, or holds, the input",
                average("-f", "-o", directory.toString(), "base", "a"));
    }

    @Test
    void refusesReportsThatAreInputs() throws IOException {
        new TinyCheckpoint().floats("w", Shape.of(3), 1, 2, 3).write(directory.resolve("x.html"));

        assertRefused(
                2,
                at("x.html") + ": this output is, or holds, the input",
                average("-f", "--report", "x.html", Models.BASE, "x.html", "--allow-missing"));
    }

    @Test
    void refusesMissingInputs() throws IOException {
        assertRefused(5, at("absent") + ": no such file or folder", average("absent", Models.EXPERT_A));
        assertRefused(5, at("absent") + ": no such file or folder", average(Models.BASE, "absent"));
    }

    @Test
    void refusesWhatIsNoRegularFile() throws IOException {
        assertRefused(5, "/dev/null: neither a regular file nor a folder", average("/dev/null", Models.EXPERT_A));
    }

    @Test
    void refusesALoopOfLinks() throws IOException {
        Files.createSymbolicLink(directory.resolve("x"), directory.resolve("y"));
        Files.createSymbolicLink(directory.resolve("y"), directory.resolve("x"));

        assertRefused(5, at("x") + ": ", average("x", Models.EXPERT_A));
    }

    @Test
    void refusesInputsExactlyWhenTheyAreUnreadable() throws IOException {
        Path file = directory.resolve(Models.EXPERT_A);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("---------"));
        String[] words = average(Models.BASE, Models.EXPERT_A);

        if (Files.isReadable(file)) {
            // Permissions do not bind the superuser, so nothing may be refused on their account.
            assertThat(Cli.in(directory).run(words).exit()).isZero();
        } else {
            assertRefused(5, at(Models.EXPERT_A) + ": ", words);
        }
    }

    @Test
    void refusesAnOutputInAMissingFolder() throws IOException {
        assertRefused(5, at("no"), average("-o", "no/out.safetensors", Models.BASE, Models.EXPERT_A));
    }

    @Test
    void refusesToReplaceAFolderThatIsNoModel() throws IOException {
        Files.createDirectory(directory.resolve("mine"));
        Files.writeString(directory.resolve("mine/letter.txt"), "dear");

        assertRefused(
                2,
                at("mine") + ": the folder does not look like a model",
                average("-f", "-o", "mine", Models.BASE, Models.EXPERT_A));
        assertThat(directory.resolve("mine/letter.txt")).hasContent("dear");
    }

    @Test
    void refusesMalformedInputs() throws IOException {
        Files.writeString(directory.resolve("bad.safetensors"), "not a checkpoint");

        assertRefused(3, at("bad.safetensors") + ": ", average(Models.BASE, "bad.safetensors"));
    }

    @Test
    void refusesOtherShapes() throws IOException {
        Models.model(1, 2).write(directory.resolve("short.safetensors"));

        assertRefused(4, at("short.safetensors") + ": w: ", average(Models.BASE, "short.safetensors"));
    }

    @Test
    void refusesAReportPrefixInAMissingFolder() throws IOException {
        assertRefused(5, at("no"), average("--report", "no/r", Models.BASE, Models.EXPERT_A));
    }
}
