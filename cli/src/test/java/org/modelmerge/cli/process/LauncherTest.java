package org.modelmerge.cli.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
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
        Files.copy(root().resolve("merge"), launcher, StandardCopyOption.COPY_ATTRIBUTES);
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        List<String> entries = new ArrayList<>();
        for (String entry : classPath.split(File.pathSeparator)) {
            entries.add(Path.of(entry).toAbsolutePath().toUri().toString());
        }
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.CLASS_PATH, String.join(" ", entries));
        new JarOutputStream(Files.newOutputStream(target.resolve("merge-cli.jar")), manifest).close();
        work = Files.createDirectory(directory.resolve("work"));
    }

    /// The root of the project, whichever module the tests run in.
    private static Path root() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.isRegularFile(folder.resolve("merge"))) {
            folder = folder.getParent();
        }
        return folder;
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
