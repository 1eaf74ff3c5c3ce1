package org.modelmerge.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.modelmerge.checkpoint.LocalStorage;
import org.modelmerge.checkpoint.Shape;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.network.ArrayWeights;
import org.modelmerge.twin.TwinFolder;

final class RouterFilesTest {
    private static final RouterShape SHAPE = RouterShape.of(4, 3);

    @TempDir
    private Path folder;

    private String shared = "";

    @BeforeEach
    void writeFolder() throws IOException, MergeException {
        Map<String, Shape> tensors = Map.of("w", Shape.of(3, 2));
        new TwinFixture(true, false)
                .write(folder, new ArrayWeights("w").put("w", Shape.of(3, 2), new float[6]), tensors);
        try (TwinFolder open = TwinFolder.open(folder)) {
            shared = open.manifest().shared().sha256();
        }
    }

    @Test
    void readsWhatItWrote() throws MergeException {
        StoredRouter written = router(1, shared, TwinFixture.TASKS);

        write(written);

        StoredRouter read = read();
        assertThat(read.card()).isEqualTo(written.card());
        float[] features = {1, -2, 0.5f, 3};
        assertThat(read.router().logits(features))
                .containsExactly(written.router().logits(features));
    }

    @Test
    void saysThatThereIsNoRouter() {
        assertThatThrownBy(this::read).isInstanceOfSatisfying(MergeException.class, fault -> {
            assertThat(fault.code()).isEqualTo(ErrorCode.NOT_FOUND);
            assertThat(fault).hasMessage(folder.resolve("router.json") + ": the Twin folder has no router");
            assertThat(fault.hint()).startsWith("merge twin train-router makes one");
        });
    }

    @Test
    void refusesTheRouterOfAnotherSharedExpert() throws MergeException {
        write(router(1, "f".repeat(64), TwinFixture.TASKS));

        assertThatThrownBy(this::read).isInstanceOfSatisfying(MergeException.class, fault -> {
            assertThat(fault.code()).isEqualTo(ErrorCode.MISMATCH);
            assertThat(fault)
                    .hasMessage(folder.resolve("router.json")
                            + ": the router belongs to another shared expert (got SHA-256 " + "f".repeat(64)
                            + ", expected " + shared + ")");
        });
    }

    @Test
    void refusesTheRouterOfOtherTasks() throws MergeException {
        write(router(1, shared, List.of("a", "c", "b")));

        assertThatThrownBy(this::read).isInstanceOfSatisfying(MergeException.class, fault -> {
            assertThat(fault.code()).isEqualTo(ErrorCode.MISMATCH);
            assertThat(fault)
                    .hasMessageEndingWith(
                            "the router chooses among other experts (got 3: a, c, b, expected 3: a, b, c)");
        });
    }

    @Test
    void refusesWeightsOfAnotherTraining() throws MergeException, IOException {
        write(router(2, shared, TwinFixture.TASKS));
        byte[] other = Files.readAllBytes(folder.resolve("router.safetensors"));
        write(router(1, shared, TwinFixture.TASKS));
        Files.write(folder.resolve("router.safetensors"), other);

        assertThatThrownBy(this::read).isInstanceOfSatisfying(MergeException.class, fault -> {
            assertThat(fault.code()).isEqualTo(ErrorCode.MISMATCH);
            assertThat(fault)
                    .hasMessageContaining(
                            "router.safetensors: is not the file that router.json describes (got SHA-256 ");
        });
    }

    @Test
    void refusesTruncatedWeights() throws MergeException, IOException {
        write(router(1, shared, TwinFixture.TASKS));
        byte[] whole = Files.readAllBytes(folder.resolve("router.safetensors"));
        Files.write(folder.resolve("router.safetensors"), Arrays.copyOf(whole, whole.length - 8));

        assertThatThrownBy(this::read).isInstanceOfSatisfying(MergeException.class, fault -> assertThat(fault.code())
                .isEqualTo(ErrorCode.MALFORMED));
    }

    @Test
    void refusesTheWeightsOfMoreTasksThanTheCardNames() throws MergeException, IOException {
        write(router(1, shared, TwinFixture.TASKS));
        Router four = random(RouterShape.of(4, 4), 1);
        StoredRouter card = router(1, shared, TwinFixture.TASKS);
        write(new StoredRouter(four, card.card()));

        assertThatThrownBy(this::read).isInstanceOfSatisfying(MergeException.class, fault -> {
            assertThat(fault.code()).isEqualTo(ErrorCode.MISMATCH);
            assertThat(fault)
                    .hasMessageEndingWith("fc4.weight: does not fit the router (got F32 [4, 8], expected F32 [3, 8])");
        });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"schema\": 1|\"schema\": 2|unsupported-format",
                "\"mean-of-tokens\"|\"last-token\"|unsupported-format",
                "\"bestEpoch\": 7|\"bestEpoch\": -7|malformed",
                "\"epochs\": 50|\"epochs\": 0|malformed",
                "\"learningRate\": 5.0E-4|\"learningRate\": \"fast\"|malformed",
                "\"labels\"|\"label\"|malformed",
                "\"weights\": \"|\"weights\": \"x|malformed",
                "{|[|malformed"
            })
    void refusesABrokenCard(String text, String instead, String code) throws MergeException, IOException {
        write(router(1, shared, TwinFixture.TASKS));
        Path card = folder.resolve("router.json");
        String good = Files.readString(card);
        assertThat(good).contains(text);
        Files.writeString(card, good.replaceFirst(Pattern.quote(text), instead));

        assertThatThrownBy(this::read).isInstanceOfSatisfying(MergeException.class, fault -> {
            assertThat(fault.code().word()).isEqualTo(code);
            assertThat(fault).hasMessageStartingWith(card + ": ");
        });
    }

    private void write(StoredRouter router) throws MergeException {
        deleteIfThere(folder.resolve(RouterFiles.WEIGHTS));
        deleteIfThere(folder.resolve(RouterFiles.CARD));
        RouterFiles.write(
                LocalStorage.INSTANCE, router, folder.resolve(RouterFiles.WEIGHTS), folder.resolve(RouterFiles.CARD));
    }

    private static void deleteIfThere(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private StoredRouter read() throws MergeException {
        try (TwinFolder open = TwinFolder.open(folder)) {
            return RouterFiles.read(open);
        }
    }

    private static StoredRouter router(long seed, String shared, List<String> labels) throws MergeException {
        return new StoredRouter(
                random(SHAPE, seed),
                new RouterCard(
                        "bert",
                        FeatureRule.MEAN_OF_TOKENS,
                        labels,
                        shared,
                        RouterSettings.DEFAULT,
                        List.of(4000L, 3000L, 2000L),
                        List.of(400L, 300L, 200L),
                        7,
                        0.9375));
    }

    private static Router random(RouterShape shape, long seed) throws MergeException {
        Random random = new Random(seed);
        Map<String, float[]> tensors = new HashMap<>();
        shape.tensors().forEach((name, size) -> {
            float[] values = new float[(int) size.elementCount()];
            for (int i = 0; i < values.length; i++) {
                values[i] = random.nextFloat();
            }
            tensors.put(name, values);
        });
        return Router.of(shape, tensors);
    }
}
