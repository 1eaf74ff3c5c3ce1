package org.modelmerge.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.modelmerge.arithmetic.TaskArithmetic;
import org.modelmerge.checkpoint.Shape;
import org.modelmerge.engine.MergeJob;
import org.modelmerge.engine.MergeObserver;
import org.modelmerge.engine.MergeRequest;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.testing.TinyCheckpoint;

final class MergedWeightsTest {
    private static final Path SAMPLES = Path.of("..", "samples", "image-cnn");
    private static final MergeRequest REQUEST = MergeRequest.of(
                    TaskArithmetic.of(0.4f),
                    SAMPLES.resolve("base.safetensors"),
                    List.of(SAMPLES.resolve("eurosat.safetensors"), SAMPLES.resolve("sign-digits.safetensors")))
            .withSingleFile("merged.safetensors");

    @TempDir
    private Path folder;

    @Test
    void aNetworkGetsTheSameWeightsFromMemoryAsFromTheFile() throws Exception {
        Batch batch = new Batch.Images(Fixture.images());
        try (MergeJob job = MergeJob.open(REQUEST)) {
            job.run(folder, MergeObserver.NONE);
            try (CheckpointWeights file = CheckpointWeights.open(folder.resolve("merged.safetensors"), null);
                    MergedWeights memory = MergedWeights.open("merged", job.tensors(MergeObserver.NONE), null);
                    Network network =
                            Network.open(Architectures.named("image-cnn"), file, NetworkSettings.DEFAULT, 1)) {
                float[][] ofFile = network.features(List.of(batch)).getFirst();
                network.load(memory);

                assertThat(network.features(List.of(batch)).getFirst()).isDeepEqualTo(ofFile);
            }
        }
    }

    @Test
    void takesFromTheFrozenCheckpointOnlyWhatTheMergeLacks() throws Exception {
        Path frozen = new TinyCheckpoint()
                .floats("c1.bias", Shape.of(16), new float[16])
                .floats("extra", Shape.of(2), 5, 6)
                .write(folder.resolve("frozen.safetensors"));
        try (MergeJob job = MergeJob.open(REQUEST);
                MergedWeights weights = MergedWeights.open("merged", job.tensors(MergeObserver.NONE), frozen)) {
            FloatBuffer extra = FloatBuffer.allocate(2);
            weights.read("extra", extra);
            FloatBuffer bias = FloatBuffer.allocate(16);
            weights.read("c1.bias", bias);

            assertThat(weights.shapes()).hasSize(19);
            assertThat(extra.array()).containsExactly(5, 6);
            assertThat(bias.array()).isNotEqualTo(new float[16]);
            assertThat(weights.isFrozen("extra")).isTrue();
            assertThat(weights.isFrozen("c1.bias")).isFalse();
        }
    }

    @Test
    void namesATensorThatNobodyHas() throws Exception {
        try (MergeJob job = MergeJob.open(REQUEST);
                MergedWeights weights = MergedWeights.open("merged", job.tensors(MergeObserver.NONE), null)) {
            assertThatThrownBy(() -> weights.read("c9.bias", FloatBuffer.allocate(1)))
                    .isInstanceOfSatisfying(MergeException.class, e -> {
                        assertThat(e.code()).isEqualTo(ErrorCode.MISSING_TENSOR);
                        assertThat(e.getMessage()).contains("merged").contains("c9.bias");
                    });
        }
    }
}
