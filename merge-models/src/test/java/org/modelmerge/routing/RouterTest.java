package org.modelmerge.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.modelmerge.checkpoint.Checkpoint;
import org.modelmerge.checkpoint.DType;
import org.modelmerge.checkpoint.SliceReader;
import org.modelmerge.checkpoint.StoredTensor;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;

final class RouterTest {
    private static final RouterShape SHAPE = RouterShape.of(12, 3);

    /// Golden case c20: weights and logits of the official code in evaluation mode.
    @Test
    void givesTheLogitsOfTheOfficialCode() throws Exception {
        Router router = Router.of(SHAPE, floats("router_mlp.safetensors"));
        Map<String, float[]> io = floats("router_io.safetensors");
        float[] input = Objects.requireNonNull(io.get("input"));
        float[] expected = Objects.requireNonNull(io.get("logits"));

        for (int i = 0; i < 9; i++) {
            float[] logits = router.logits(row(input, i, 12));

            for (int task = 0; task < 3; task++) {
                assertThat((double) logits[task]).isCloseTo(expected[3 * i + task], within(1e-5));
            }
        }
    }

    @Test
    void weightsAreTheSoftmaxOfTheLogits() throws Exception {
        Router router = Router.of(SHAPE, floats("router_mlp.safetensors"));
        float[] features = new float[12];

        float[] weights = router.weights(features);

        float[] logits = router.logits(features);
        assertThat((double) weights[0] / weights[2]).isCloseTo(Math.exp(logits[0] - logits[2]), within(1e-4));
        assertThat((double) weights[0] + weights[1] + weights[2]).isCloseTo(1, within(1e-6));
    }

    @Test
    void refusesATensorThatIsMissing() throws Exception {
        Map<String, float[]> tensors = new HashMap<>(floats("router_mlp.safetensors"));
        tensors.remove("bn3.running_var");

        assertThatThrownBy(() -> Router.of(SHAPE, tensors)).isInstanceOfSatisfying(MergeException.class, fault -> {
            assertThat(fault.code()).isEqualTo(ErrorCode.MISSING_TENSOR);
            assertThat(fault).hasMessage("bn3.running_var: the router needs this tensor and the file lacks it");
        });
    }

    @Test
    void refusesATensorOfAnotherSize() throws Exception {
        Map<String, float[]> tensors = new HashMap<>(floats("router_mlp.safetensors"));
        tensors.put("fc4.bias", new float[4]);

        assertThatThrownBy(() -> Router.of(SHAPE, tensors)).isInstanceOfSatisfying(MergeException.class, fault -> {
            assertThat(fault.code()).isEqualTo(ErrorCode.MISMATCH);
            assertThat(fault).hasMessage("fc4.bias: wrong size for the router (got 4 elements, expected [3])");
        });
    }

    @Test
    void refusesWeightsThatAreNotFinite() throws Exception {
        Map<String, float[]> tensors = new HashMap<>(floats("router_mlp.safetensors"));
        tensors.put("fc4.bias", new float[] {0, Float.NaN, 0});

        assertThatThrownBy(() -> Router.of(SHAPE, tensors))
                .isInstanceOfSatisfying(
                        MergeException.class, fault -> assertThat(fault.code()).isEqualTo(ErrorCode.NON_FINITE));
    }

    private static float[] row(float[] rows, int i, int width) {
        float[] row = new float[width];
        System.arraycopy(rows, i * width, row, 0, width);
        return row;
    }

    /// All float tensors of a file in the test's resources.
    static Map<String, float[]> floats(String name) throws MergeException, URISyntaxException {
        Path file = Path.of(
                Objects.requireNonNull(RouterTest.class.getResource(name), name).toURI());
        Map<String, float[]> tensors = new LinkedHashMap<>();
        try (Checkpoint checkpoint = Checkpoint.open(file)) {
            for (StoredTensor stored : checkpoint.tensors().values()) {
                if (stored.info().dtype() == DType.F32) {
                    float[] values = new float[(int) stored.info().elementCount()];
                    new SliceReader(values.length)
                            .readFloats(stored.shard().source(), DType.F32, stored.fileOffset(), values);
                    tensors.put(stored.info().name(), values);
                }
            }
        }
        return tensors;
    }
}
