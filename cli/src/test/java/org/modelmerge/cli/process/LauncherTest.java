package org.modelmerge.cli.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// The launcher script, in a clone whose build is a jar that leads to the classes under test.
@Timeout(120)
@EnabledOnOs(OS.LINUX)
final class LauncherTest {
    @TempDir
    Path directory;

    private Path launcher;
    private Path work;

    @BeforeEach
    void install() throws IOException {
        launcher = directory.resolve("clone/merge");
        Path target = Files.createDirectories(directory.resolve("clone/cli/target"));
        Files.copy(ClassesJar.projectFile("merge"), launcher, StandardCopyOption.COPY_ATTRIBUTES);
        ClassesJar.write(target.resolve("merge-cli.jar"));
        work = Files.createDirectory(directory.resolve("work"));
    }

    private RealCommand.Running start(String shell) throws IOException {
        return RealCommand.in(work)
                .withEnvironment("LC_ALL", "C")
                .withEnvironment("JAVA_HOME", System.getProperty("java.home"))
                .start(List.of("sh", "-c", shell, "sh", launcher.toString()));
    }

    @Test
    void readsNamesOutsideOfAsciiInABareLocale() throws Exception {
        Samples.writeSmall(work);

        RealCommand.Ended ended = start("n=$(printf '\\303\\251').safetensors; mv a.safetensors \"$n\";"
                        + " exec \"$1\" --method ties -o \"o$n\" base.safetensors \"$n\"")
                .await();

        assertThat(ended.exit()).as(ended.err()).isZero();
        assertThat(ended.out()).isEqualTo("o\u00e9.safetensors\n");
    }

    @Test
    void passesSignalsOn() throws Exception {
        Samples.writeLarge(work, 1L << 26);
        List<String> before = Samples.names(work);
        RealCommand.Running merge =
                start("exec \"$1\" --method ties --threads 1 base.safetensors a.safetensors b.safetensors");
        while (merge.process().isAlive() && Samples.names(work).equals(before)) {
            Thread.sleep(2);
        }

        merge.signal("TERM");
        RealCommand.Ended ended = merge.await();

        assertThat(ended.exit()).as(ended.err()).isEqualTo(143);
        assertThat(Samples.names(work)).isEqualTo(before);
    }
}
