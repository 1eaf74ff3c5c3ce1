package org.modelmerge.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.modelmerge.checkpoint.Shape;
import org.modelmerge.engine.MergeJob;
import org.modelmerge.engine.MergeObserver;
import org.modelmerge.engine.MergeRequest;
import org.modelmerge.engine.ResultTensors;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.method.Coefficients;
import org.modelmerge.method.Density;
import org.modelmerge.method.MergeMethod;
import org.modelmerge.pcb.Degenerate;
import org.modelmerge.pcb.Pcb;
import org.modelmerge.pcb.PcbVariant;
import org.modelmerge.testing.TinyCheckpoint;
import org.modelmerge.ties.MergeFunction;
import org.modelmerge.ties.Ties;
import org.modelmerge.ties.TrimScope;

final class CandidateModelsTest {
    private static final int SIZE = 500;

    @TempDir
    Path folder;

    private final SplittableRandom random = new SplittableRandom(3);
    private final List<String> passes = new ArrayList<>();
    private final MergeObserver observer = new MergeObserver() {
        @Override
        public void passStarted(String name, int number, int expected, long bytes) {
            passes.add(name);
        }
    };

    @BeforeEach
    void writeModels() throws IOException {
        for (String name : List.of("base", "a", "b")) {
            new TinyCheckpoint().floats("w", Shape.of(SIZE), normal()).write(model(name));
        }
    }

    private Path model(String name) {
        return folder.resolve(name + ".safetensors");
    }

    private float[] normal() {
        float[] values = new float[SIZE];
        for (int j = 0; j < values.length; j++) {
            values[j] = (float) random.nextGaussian();
        }
        return values;
    }

    private MergeRequest request(MergeMethod method) {
        return MergeRequest.of(method, model("base"), List.of(model("a"), model("b")));
    }

    private static Ties ties(double density, float lambda) {
        return new Ties(Density.fraction(density), MergeFunction.MEAN, TrimScope.MODEL, lambda);
    }

    private static Pcb pcb(float... lambdas) {
        return new Pcb(PcbVariant.ROOT, Density.fraction(0.1), Coefficients.perTask(lambdas), Degenerate.FAIL);
    }

    private static float[] weights(ResultTensors tensors) throws MergeException {
        float[] w = new float[SIZE];
        tensors.readFloats("w", FloatBuffer.wrap(w));
        return w;
    }

    private void assertSameAsAlone(CandidateModels models, MergeMethod candidate) throws MergeException {
        float[] shared = models.with(candidate, (tensors, _) -> weights(tensors));
        try (MergeJob job = MergeJob.open(request(candidate))) {
            assertThat(shared).isEqualTo(weights(job.tensors(MergeObserver.NONE)));
        }
    }

    @Test
    void takesStatisticsOnceForLambdasThatFollowOneAnother() throws MergeException {
        try (CandidateModels models = new CandidateModels(request(pcb(1, 1)), observer)) {
            assertSameAsAlone(models, pcb(1, 1));
            assertThat(passes.getLast()).isEqualTo("directions");
            passes.clear();
            assertSameAsAlone(models, pcb(0.8f, 1.3f));
            assertSameAsAlone(models, pcb(1.1f, 0.9f));
            assertThat(passes).isEmpty();
        }
    }

    @Test
    void startsAnewForAnotherDensityOrMethod() throws MergeException {
        try (CandidateModels models = new CandidateModels(request(pcb(1, 1)), observer)) {
            for (MergeMethod candidate :
                    List.of(ties(0.2, 1), ties(0.3, 1), ties(0.3, 2), pcb(1, 1), ties(0.3, 2), ties(0.3, 3))) {
                assertSameAsAlone(models, candidate);
            }
        }
        assertThat(passes).filteredOn(name -> name.equals("directions")).hasSize(4);
    }

    @Test
    void goesOnAfterACandidateThatFails() throws MergeException {
        MergeRequest twins = request(pcb(1, 1)).withExperts(List.of(model("base"), model("b")));
        try (CandidateModels models = new CandidateModels(twins, observer)) {
            assertThatThrownBy(() -> models.with(pcb(1, 1), (tensors, _) -> weights(tensors)))
                    .isInstanceOfSatisfying(
                            MergeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DEGENERATE));
            float[] first = models.with(ties(0.2, 1), (tensors, _) -> weights(tensors));
            assertThat(first).hasSize(SIZE);
            assertThatThrownBy(() -> models.with(ties(0.2, 2), (_, _) -> {
                        throw MergeException.of(ErrorCode.NON_FINITE, "the network gives NaN");
                    }))
                    .isInstanceOf(MergeException.class);
            float[] last = models.with(ties(0.2, 3), (tensors, _) -> weights(tensors));
            assertThat(last).isNotEqualTo(first);
        }
        assertThat(passes).filteredOn(name -> name.equals("directions")).hasSize(1);
    }
}
