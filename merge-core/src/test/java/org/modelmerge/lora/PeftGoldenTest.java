package org.modelmerge.lora;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.modelmerge.checkpoint.Checkpoint;
import org.modelmerge.checkpoint.LocalStorage;
import org.modelmerge.checkpoint.StoredTensor;
import org.modelmerge.error.MergeException;

/// Adapters that peft 0.21.2 saved, held against what its `merge_and_unload` made of them on torch 2.7.1.
///
/// peft sums B A in float32 in the order of its matrix library, this project in float64: most results are the same
/// number, the rest a few roundings apart.
final class PeftGoldenTest {
    private static final Path FOLDER = folder();

    private static Path folder() {
        try {
            return Path.of(Objects.requireNonNull(PeftGoldenTest.class.getResource("base.safetensors"))
                            .toURI())
                    .resolveSibling("");
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"linear", "patterns", "embedding", "conv", "conv1d", "lora-bias"})
    void foldsAsMergeAndUnloadDoes(String adapter) throws MergeException {
        try (Checkpoint base = Checkpoint.open(FOLDER.resolve("base.safetensors"));
                Checkpoint folded = LoraAdapter.open(LocalStorage.INSTANCE, FOLDER.resolve(adapter))
                        .foldInto(base);
                Checkpoint merged = Checkpoint.open(FOLDER.resolve(adapter).resolve("merged.safetensors"))) {
            assertThat(folded.tensors().keySet()).isEqualTo(merged.tensors().keySet());
            for (StoredTensor expected : merged.tensors().values()) {
                StoredTensor actual =
                        Objects.requireNonNull(folded.tensor(expected.info().name()));
                assertThat(actual.info().shape()).isEqualTo(expected.info().shape());
                assertClose(floats(actual), floats(expected), expected.info().name());
            }
        }
    }

    /// Within two units in the last place of the tensor's largest value: peft rounds each partial sum of B A to F32 and
    /// scales the error with the sum, here up to five times.
    private static void assertClose(FloatBuffer actual, FloatBuffer expected, String name) {
        float largest = 0;
        float worst = 0;
        for (int j = 0; j < expected.limit(); j++) {
            largest = Math.max(largest, Math.abs(expected.get(j)));
            worst = Math.max(worst, Math.abs(actual.get(j) - expected.get(j)));
        }
        assertThat(worst).as(name).isLessThanOrEqualTo(2 * Math.ulp(largest));
    }

    private static FloatBuffer floats(StoredTensor tensor) throws MergeException {
        ByteBuffer bytes =
                ByteBuffer.allocate(Math.toIntExact(tensor.info().byteCount())).order(ByteOrder.LITTLE_ENDIAN);
        tensor.shard().source().read(bytes, tensor.fileOffset());
        return bytes.flip().asFloatBuffer();
    }
}
