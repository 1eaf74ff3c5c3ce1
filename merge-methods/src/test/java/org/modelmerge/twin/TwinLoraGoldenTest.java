package org.modelmerge.twin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.modelmerge.checkpoint.Checkpoint;
import org.modelmerge.checkpoint.SliceReader;
import org.modelmerge.checkpoint.StoredTensor;
import org.modelmerge.engine.MergeRequest;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.method.Coefficients;
import org.modelmerge.svd.SvdMode;

/// Adapters as experts: factor by factor as the authors take them, and as the models that they make of the base.
final class TwinLoraGoldenTest {
    /// 1 - 0.75 of a rank of 8 is 2.
    private static final double MASK_RATE = 0.75;

    @TempDir
    Path temp;

    private final List<Path> adapters = new ArrayList<>();

    @BeforeEach
    void copyAdapters() throws IOException, URISyntaxException {
        for (int i = 0; i < 3; i++) {
            Path copy = Files.createDirectory(temp.resolve("task" + i));
            for (String name : List.of("adapter_config.json", "adapter_model.safetensors")) {
                Files.copy(golden("adapter_" + i).resolve(name), copy.resolve(name));
            }
            adapters.add(copy);
        }
    }

    private static Path golden(String file) throws URISyntaxException {
        return Path.of(Objects.requireNonNull(TwinLoraGoldenTest.class.getResource("/twin/lora"), "lora")
                        .toURI())
                .resolve(file);
    }

    private MergeRequest request(Adapters form) throws URISyntaxException {
        TwinMerging method = new TwinMerging(
                MASK_RATE, Strategy.SVD, Coefficients.shared(0.3f), null, Biases.ROUTED, SvdMode.AUTO, 0, form);
        return MergeRequest.of(method, golden("base.safetensors"), adapters);
    }

    private Path extract(MergeRequest request) throws Exception {
        Path folder = Files.createDirectory(temp.resolve("twin"));
        TwinModels.extract(request, folder);
        return folder;
    }

    private static Map<String, float[]> floats(Checkpoint checkpoint) throws MergeException {
        Map<String, float[]> tensors = new LinkedHashMap<>();
        for (StoredTensor tensor : checkpoint.tensors().values()) {
            float[] values = new float[(int) tensor.info().elementCount()];
            new SliceReader(values.length)
                    .readFloats(tensor.shard().source(), tensor.info().dtype(), tensor.fileOffset(), values);
            tensors.put(tensor.info().name(), values);
        }
        return tensors;
    }

    private static Map<String, float[]> floats(Path file) throws MergeException {
        try (Checkpoint checkpoint = Checkpoint.open(file)) {
            return floats(checkpoint);
        }
    }

    private static void compare(Map<String, float[]> got, Map<String, float[]> expected, double limit) {
        assertThat(got.keySet()).isEqualTo(expected.keySet());
        expected.forEach((tensor, values) -> {
            for (int j = 0; j < values.length; j++) {
                assertThat(Math.abs((double) got.get(tensor)[j] - values[j]))
                        .as("%s[%d]", tensor, j)
                        .isLessThanOrEqualTo(limit);
            }
        });
    }

    @Test
    void composesTheAdaptersThatTheAuthorsMergeFactorByFactor() throws Exception {
        float[] logits = floats(golden("router_logits.safetensors")).get("logits");

        try (TwinFolder folder = TwinFolder.open(extract(request(Adapters.SEPARATE)))) {
            assertThat(folder.manifest().isOfAdapters()).isTrue();
            compare(floats(folder.shared()), floats(golden("shared.safetensors")), 1e-7);
            for (int q = 0; q < 3; q++) {
                float[] weights = RoutingWeights.softmax(logits[3 * q], logits[3 * q + 1], logits[3 * q + 2]);
                Path target = Files.createDirectory(temp.resolve("q" + q));
                compare(
                        floats(TwinModels.compose(folder, weights, "", target)),
                        floats(golden("merged_q" + q + ".safetensors")),
                        2e-6);
            }
        }
    }

    @Test
    void keepsOfEachFactorTheRankThatTheMaskRateLeaves() throws Exception {
        try (TwinFolder folder = TwinFolder.open(extract(request(Adapters.SEPARATE)))) {
            assertThat(folder.manifest().tensors()).hasSize(6).allSatisfy(tensor -> assertThat(tensor.kept())
                    .containsOnly(2L));
        }
    }

    @Test
    void refusesAdaptersThatAreScaledOtherwise() throws Exception {
        Path config = adapters.get(2).resolve("adapter_config.json");
        Files.writeString(config, Files.readString(config).replace("\"lora_alpha\": 16", "\"lora_alpha\": 32"));

        assertThatThrownBy(() -> extract(request(Adapters.SEPARATE)))
                .isInstanceOfSatisfying(MergeException.class, e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.MISMATCH);
                    assertThat(e.getMessage()).contains("task2", "got 4.0, expected 2.0");
                });
    }

    @Test
    void takesAdaptersOfAnyScaleAsProducts() throws Exception {
        Path config = adapters.get(2).resolve("adapter_config.json");
        Files.writeString(config, Files.readString(config).replace("\"lora_alpha\": 16", "\"lora_alpha\": 32"));

        assertThat(extract(request(Adapters.PRODUCT))).isDirectory();
    }

    @Test
    void refusesAWholeModelAmongFactors() throws Exception {
        adapters.set(1, golden("base.safetensors"));

        assertThatThrownBy(() -> extract(request(Adapters.SEPARATE)))
                .isInstanceOfSatisfying(
                        MergeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.USAGE));
    }
}
