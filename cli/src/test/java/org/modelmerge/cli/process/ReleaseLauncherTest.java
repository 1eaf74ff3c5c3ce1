package org.modelmerge.cli.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// The launcher of the release zip, beside a jar that leads to the classes under test. Folders are no class path
/// that a start-up cache can be made for, so here it always fails.
@Timeout(120)
@EnabledOnOs(OS.LINUX)
final class ReleaseLauncherTest {
    private static final String FIRST_USE = "merge: preparing faster starts (first use)...\n";

    @TempDir
    Path directory;

    private Path release;
    private Path work;

    @BeforeEach
    void install() throws IOException {
        release = directory.resolve("a release");
        Files.createDirectories(release.resolve("bin"));
        Files.createDirectory(release.resolve("lib"));
        for (String name : List.of("merge", "modelmerge")) {
            Files.copy(
                    ClassesJar.projectFile("cli/src/main/dist/bin/merge"),
                    release.resolve("bin").resolve(name),
                    StandardCopyOption.COPY_ATTRIBUTES);
        }
        ClassesJar.write(release.resolve("merge-cli.jar"));
        work = Files.createDirectory(directory.resolve("work"));
    }

    private RealCommand.Ended run(String cache, Path command, String... words) throws Exception {
        List<String> line = new ArrayList<>(List.of(command.toString()));
        line.addAll(List.of(words));
        return RealCommand.in(work)
                .withEnvironment("LC_ALL", "C")
                .withEnvironment("JAVA_HOME", System.getProperty("java.home"))
                .withEnvironment("XDG_CACHE_HOME", directory.resolve("cache").toString())
                .withEnvironment("MODELMERGE_CACHE", cache)
                .start(line)
                .await();
    }

    @Test
    void mergesUnderEitherNameThroughALinkInAFolderWithABlank() throws Exception {
        Samples.writeSmall(work);
        for (String name : List.of("merge", "modelmerge")) {
            Path link = Files.createSymbolicLink(
                    directory.resolve(name), release.resolve("bin").resolve(name));

            RealCommand.Ended ended =
                    run("off", link, "--method", "ties", "-f", "-o", "out.safetensors", Samples.BASE, Samples.EXPERT_A);

            assertThat(ended.exit()).as(ended.err()).isZero();
            assertThat(ended.out()).isEqualTo("out.safetensors\n");
        }
        assertThat(release.resolve("lib")).isEmptyDirectory();
    }

    @Test
    void triesOnceToMakeAStartUpCacheAndWorksWithoutIt() throws Exception {
        RealCommand.Ended first = run("on", release.resolve("bin/merge"), "--version");
        RealCommand.Ended second = run("on", release.resolve("bin/merge"), "--version");

        assertThat(first.exit()).isZero();
        assertThat(first.err()).isEqualTo(FIRST_USE);
        assertThat(second.err()).isEmpty();
        assertThat(second.out()).isEqualTo(first.out()).startsWith("merge ");
        assertThat(Samples.names(release.resolve("lib")))
                .singleElement()
                .asString()
                .matches("merge-java-[0-9.]+\\.aot");
    }

    @Test
    void triesAgainAfterTheReleaseWasUnpackedAgain() throws Exception {
        run("on", release.resolve("bin/merge"), "--version");
        Thread.sleep(20);
        Files.copy(release.resolve("merge-cli.jar"), directory.resolve("jar"));
        Files.copy(directory.resolve("jar"), release.resolve("merge-cli.jar"), StandardCopyOption.REPLACE_EXISTING);

        RealCommand.Ended ended = run("on", release.resolve("bin/merge"), "--version");

        assertThat(ended.err()).isEqualTo(FIRST_USE);
    }

    @Test
    void keepsTheCacheInTheUsersFolderWhereItsOwnCannotBeWritten() throws Exception {
        // Permissions do not stop root, and a folder that is absent does.
        Files.delete(release.resolve("lib"));

        RealCommand.Ended first = run("on", release.resolve("bin/merge"), "--version");
        RealCommand.Ended second = run("on", release.resolve("bin/merge"), "--version");

        assertThat(first.exit()).isZero();
        assertThat(first.err()).isEqualTo(FIRST_USE);
        assertThat(second.err()).isEmpty();
        assertThat(Samples.names(directory.resolve("cache/modelmerge")))
                .singleElement()
                .asString()
                .matches("a release-java-[0-9.]+\\.aot");
    }

    @Test
    void saysWhatIsMissingWithoutItsJar() throws Exception {
        Files.delete(release.resolve("merge-cli.jar"));

        RealCommand.Ended ended = run("on", release.resolve("bin/merge"), "--version");

        assertThat(ended.exit()).isEqualTo(5);
        assertThat(ended.err())
                .isEqualTo(
                        "merge: " + release.resolve("merge-cli.jar") + " is missing\nhint: unpack the release again\n");
    }
}
