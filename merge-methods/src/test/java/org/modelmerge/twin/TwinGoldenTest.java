package org.modelmerge.twin;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.modelmerge.checkpoint.Checkpoint;
import org.modelmerge.checkpoint.NameFilter;
import org.modelmerge.checkpoint.SliceReader;
import org.modelmerge.checkpoint.StoredTensor;
import org.modelmerge.engine.MergeRequest;
import org.modelmerge.error.MergeException;
import org.modelmerge.method.Coefficients;
import org.modelmerge.svd.SvdMode;

/// The authors' outputs, through a Twin folder.
final class TwinGoldenTest {
    private static final NameFilter KEPT =
            new NameFilter(List.of(), List.of(Pattern.compile(".*classifier.*"), Pattern.compile(".*bias.*")));

    @TempDir
    Path temp;

    private static Path golden(String file) throws URISyntaxException {
        return Path.of(Objects.requireNonNull(TwinGoldenTest.class.getResource("/twin/c20_twin"), "c20_twin")
                        .toURI())
                .resolve(file);
    }

    private static TwinMerging method(Strategy strategy, double maskRate) {
        return new TwinMerging(maskRate, strategy, Coefficients.shared(0.29f), null, Biases.ROUTED, SvdMode.AUTO, 0);
    }

    private static Map<String, float[]> floats(Path file) throws MergeException {
        Map<String, float[]> tensors = new LinkedHashMap<>();
        try (Checkpoint checkpoint = Checkpoint.open(file)) {
            for (StoredTensor tensor : checkpoint.tensors().values()) {
                float[] values = new float[(int) tensor.info().elementCount()];
                new SliceReader(Math.max(1, values.length))
                        .readFloats(tensor.shard().source(), tensor.info().dtype(), tensor.fileOffset(), values);
                tensors.put(tensor.info().name(), values);
            }
        }
        return tensors;
    }

    private Path extract(Strategy strategy, double maskRate) throws Exception {
        MergeRequest request = MergeRequest.of(
                        method(strategy, maskRate),
                        golden("base.safetensors"),
                        List.of(golden("ft_0.safetensors"), golden("ft_1.safetensors"), golden("ft_2.safetensors")))
                .withScope(KEPT);
        Path folder = Files.createDirectory(temp.resolve("twin"));
        TwinModels.extract(request, folder);
        return folder;
    }

    @ParameterizedTest
    @CsvSource({"SVD, 0.9", "SVD, 0.7", "MAGNITUDE, 0.9", "MAGNITUDE, 0.7"})
    void composesWhatTheAuthorsMerge(Strategy strategy, double maskRate) throws Exception {
        boolean svd = strategy == Strategy.SVD;
        float[] logits =
                floats(golden("router_logits.safetensors")).values().iterator().next();
        try (TwinFolder folder = TwinFolder.open(extract(strategy, maskRate))) {
            for (int q = 0; q < 5; q++) {
                float[] weights = RoutingWeights.softmax(logits[3 * q], logits[3 * q + 1], logits[3 * q + 2]);
                Path target = Files.createDirectory(temp.resolve("q" + q));
                Map<String, float[]> got = floats(TwinModels.compose(folder, weights, "", target));
                String name = "merged_" + (svd ? "svd" : "magnitude") + "_" + maskRate + "_q" + q + ".safetensors";
                Map<String, float[]> expected = floats(golden(name));
                assertThat(expected).hasSize(4);
                expected.forEach((tensor, values) -> compare(tensor, got.get(tensor), values, svd));
            }
        }
    }

    private static void compare(String tensor, float[] got, float[] expected, boolean svd) {
        assertThat(got).as(tensor).hasSameSizeAs(expected);
        for (int j = 0; j < got.length; j++) {
            double limit = svd ? 2e-6 : 1e-7 + 1e-6 * Math.abs(expected[j]);
            assertThat(Math.abs((double) got[j] - expected[j]))
                    .as("%s[%d]", tensor, j)
                    .isLessThanOrEqualTo(limit);
        }
    }

    @Test
    void keepsTheRanksThatTheAuthorsKeep() throws Exception {
        extract(Strategy.SVD, 0.9);

        try (TwinFolder folder = TwinFolder.open(temp.resolve("twin"))) {
            Map<String, Long> ranks = new LinkedHashMap<>();
            for (TwinManifest.Tensor tensor : folder.manifest().tensors()) {
                if (tensor.form() == Form.FACTORS) {
                    ranks.put(tensor.name(), tensor.kept().getFirst());
                }
            }
            assertThat(ranks).isEqualTo(Map.of("enc.0.weight", 3L, "enc.1.weight", 2L, "small.weight", 0L));
        }
    }

    @Test
    void makesTheSharedExpertOfTheAuthors() throws Exception {
        extract(Strategy.SVD, 0.9);

        Map<String, float[]> got = floats(temp.resolve("twin/shared.safetensors"));
        floats(golden("shared.safetensors"))
                .forEach((tensor, values) ->
                        assertThat(got.get(tensor)).as(tensor).isEqualTo(values));
    }
}
