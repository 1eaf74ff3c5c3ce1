package org.modelmerge.network;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.modelmerge.error.MergeException;
import org.modelmerge.testing.ChildJvm;

/// The native libraries, where they load and where they do not; each start needs a JVM of its own.
final class TorchEngineTest {
    /// Prints what opening a network or a tokenizer says.
    static final class Opening {
        private Opening() {}

        public static void main(String[] arguments) throws Exception {
            try {
                if (arguments[0].equals("network")) {
                    Fixture fixture = Fixture.of("tiny-bert");
                    try (CheckpointWeights weights = fixture.weights();
                            Network network = Network.open(
                                    Architectures.named("bert"),
                                    weights,
                                    new NetworkSettings(null, 0, weights.config()),
                                    1)) {
                        System.out.println("features " + network.blueprint().featureCount());
                    }
                } else {
                    Path file = Fixture.resource("tiny-bert").resolve("tokenizer.json");
                    TextTokenizer.open(file, 65, 16).close();
                    System.out.println("tokenizer");
                }
            } catch (MergeException e) {
                System.out.println(e.code() + " " + e.getMessage());
            }
        }
    }

    @Test
    void opensWithoutAWordOnAnyStream() throws Exception {
        ChildJvm.Result result = new ChildJvm("--enable-native-access=ALL-UNNAMED").run(Opening.class, "network");

        assertThat(result.output()).isEqualTo("features 32\n");
    }

    @Test
    void saysInOneLineThatNoNetworkLibraryFitsTheSystem() throws Exception {
        ChildJvm.Result result =
                new ChildJvm("--enable-native-access=ALL-UNNAMED", "-Dos.arch=riscv64").run(Opening.class, "network");

        assertThat(result.output())
                .startsWith("UNAVAILABLE no native library for networks loads on this system (got Linux riscv64, ")
                .hasLineCount(1);
        assertThat(result.exitCode()).isZero();
    }

    @Test
    void saysInOneLineThatTheNetworkLibraryIsNotInstalled(@TempDir Path cache) throws Exception {
        ChildJvm.Result result = new ChildJvm("--enable-native-access=ALL-UNNAMED", "-DDJL_CACHE_DIR=" + cache)
                .without("pytorch-native")
                .run(Opening.class, "network");

        assertThat(result.output())
                .isEqualTo("UNAVAILABLE no native library for networks loads on this system (got Linux amd64): it is"
                        + " not installed\n");
    }

    @Test
    void saysInOneLineThatNoTokenizerLibraryFitsTheSystem() throws Exception {
        ChildJvm.Result result =
                new ChildJvm("--enable-native-access=ALL-UNNAMED", "-Dos.arch=riscv64").run(Opening.class, "tokenizer");

        assertThat(result.output())
                .contains("UNAVAILABLE ", "no native library for tokenizers loads on this system (got Linux riscv64, ")
                .hasLineCount(1);
    }

    @Test
    void saysInOneLineThatTheCacheCannotBeWritten(@TempDir Path folder) throws Exception {
        Path file = Files.createFile(folder.resolve("file"));

        ChildJvm.Result result = new ChildJvm(
                        "--enable-native-access=ALL-UNNAMED", "-DDJL_CACHE_DIR=" + file.resolve("cache"))
                .run(Opening.class, "network");

        assertThat(result.output())
                .startsWith("UNAVAILABLE no native library for networks loads")
                .hasLineCount(1);
    }
}
