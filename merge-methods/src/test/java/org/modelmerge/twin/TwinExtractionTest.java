package org.modelmerge.twin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.modelmerge.checkpoint.Checkpoint;
import org.modelmerge.checkpoint.Shape;
import org.modelmerge.checkpoint.SliceReader;
import org.modelmerge.checkpoint.StoredTensor;
import org.modelmerge.engine.MergeRequest.Limits;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.method.Coefficients;
import org.modelmerge.svd.SvdMode;
import org.modelmerge.testing.TinyCheckpoint;

final class TwinExtractionTest {
    @TempDir
    Path temp;

    @BeforeEach
    void writeModels() throws IOException {
        TwinModels.write(temp);
    }

    private static TwinMerging method(Strategy strategy, Biases biases, Path shared) {
        return new TwinMerging(0.5, strategy, Coefficients.shared(0.3f), shared, biases, SvdMode.AUTO, 3);
    }

    private static TwinMerging method(Strategy strategy) {
        return new TwinMerging(0.5, strategy, Coefficients.shared(0.3f), null, Biases.ROUTED, SvdMode.AUTO, 3);
    }

    private static TwinMerging method(Biases biases) {
        return new TwinMerging(0.5, Strategy.SVD, Coefficients.shared(0.3f), null, biases, SvdMode.AUTO, 3);
    }

    private Path folder(String name) throws IOException {
        return Files.createDirectory(temp.resolve(name));
    }

    private static float[] floats(Checkpoint checkpoint, String name) throws MergeException {
        StoredTensor tensor = checkpoint.tensors().get(name);
        assertThat(tensor).as(name).isNotNull();
        float[] values = new float[(int) tensor.info().elementCount()];
        new SliceReader(Math.max(1, values.length))
                .readFloats(tensor.shard().source(), tensor.info().dtype(), tensor.fileOffset(), values);
        return values;
    }

    private static Map<String, Form> forms(TwinManifest manifest) {
        Map<String, Form> forms = new TreeMap<>();
        manifest.tensors().forEach(tensor -> forms.put(tensor.name(), tensor.form()));
        return forms;
    }

    @Test
    void factorsMatricesAndKernelsAndKeepsTheRestWhole() throws Exception {
        TwinManifest manifest = TwinModels.extract(TwinModels.request(temp, method(Strategy.SVD)), folder("twin"));

        assertThat(forms(manifest))
                .isEqualTo(new TreeMap<>(Map.of(
                        "linear.weight", Form.FACTORS,
                        "linear.bias", Form.DENSE,
                        "conv.weight", Form.FACTORS,
                        "relative_bias.weight", Form.FACTORS,
                        "scale", Form.DENSE,
                        "empty", Form.FACTORS)));
        try (TwinFolder twin = TwinFolder.open(temp.resolve("twin"))) {
            Checkpoint file = twin.experts().getFirst().file();
            assertThat(file.tensors().get("conv.weight.U").info().shape()).isEqualTo(Shape.of(12, 6));
            assertThat(file.tensors().get("conv.weight.Vt").info().shape()).isEqualTo(Shape.of(6, 12));
            assertThat(file.tensors().get("empty.U").info().shape()).isEqualTo(Shape.of(0, 0));
            assertThat(file.tensors().get("empty.Vt").info().shape()).isEqualTo(Shape.of(0, 5));
        }
    }

    @ParameterizedTest
    @EnumSource(Strategy.class)
    void givesTheSameBytesWhateverTheThreadsAndSlices(Strategy strategy) throws Exception {
        Map<String, byte[]> first = new LinkedHashMap<>();
        for (Limits limits : new Limits[] {Limits.DEFAULT, new Limits(1, 0, 7), new Limits(3, 0, 64)}) {
            Path target = folder(strategy + "-" + limits.threads());
            TwinModels.extract(TwinModels.request(temp, method(strategy)).withLimits(limits), target);
            for (String file :
                    new String[] {"twin.json", "shared.safetensors", "expert_a.safetensors", "expert_b.safetensors"}) {
                byte[] bytes = Files.readAllBytes(target.resolve(file));
                byte[] before = first.putIfAbsent(file, bytes);
                assertThat(bytes).as("%s, %s", file, limits).isEqualTo(before == null ? bytes : before);
            }
        }
    }

    @Test
    void givesBackAnExpertThatLosesNothing() throws Exception {
        // Half of the rank of a matrix of rank one is enough for all of it.
        TinyCheckpoint base = new TinyCheckpoint().floats("w", Shape.of(4, 4), new float[16]);
        float[] ones = new float[16];
        java.util.Arrays.fill(ones, 0.5f);
        base.write(temp.resolve("base.safetensors"));
        new TinyCheckpoint().floats("w", Shape.of(4, 4), ones).write(temp.resolve("a.safetensors"));
        base.write(temp.resolve("b.safetensors"));
        TwinManifest manifest = TwinModels.extract(TwinModels.request(temp, method(Strategy.SVD)), folder("twin"));

        assertThat(manifest.energyKept(0)).isCloseTo(1, within(1e-6));
        try (TwinFolder twin = TwinFolder.open(temp.resolve("twin"));
                Checkpoint composed =
                        Checkpoint.open(TwinModels.compose(twin, new float[] {1, 0}, "", folder("composed")))) {
            assertThat(floats(composed, "w")).containsExactly(ones, within(1e-6f));
        }
    }

    @Test
    void keepsTheLargestMagnitudesFirstAmongEqualOnes() throws Exception {
        new TinyCheckpoint()
                .floats("w", Shape.of(2, 4), 0, 0, 0, 0, 0, 0, 0, 0)
                .write(temp.resolve("base.safetensors"));
        TinyCheckpoint expert = new TinyCheckpoint().floats("w", Shape.of(2, 4), 1, -3, 2, 1, 2, -2, 0, 1);
        expert.write(temp.resolve("a.safetensors"));
        expert.write(temp.resolve("b.safetensors"));
        TwinModels.extract(
                TwinModels.request(
                        temp,
                        new TwinMerging(
                                0.6, Strategy.MAGNITUDE, Coefficients.shared(0), null, Biases.ROUTED, SvdMode.AUTO, 0)),
                folder("twin"));

        try (TwinFolder twin = TwinFolder.open(temp.resolve("twin"))) {
            Exclusive kept =
                    twin.experts().getFirst().read(twin.manifest().tensors().getFirst());
            assertThat(kept).isInstanceOfSatisfying(Exclusive.Sparse.class, sparse -> {
                assertThat(sparse.index()).containsExactly(1, 2, 4);
                assertThat(sparse.value()).containsExactly(-3, 2, 2);
            });
        }
    }

    @Test
    void dividesWhatChanceKeepsByTheDensity() throws Exception {
        TwinModels.extract(TwinModels.request(temp, method(Strategy.BERNOULLI)), folder("twin"));

        try (TwinFolder twin = TwinFolder.open(temp.resolve("twin"));
                Checkpoint expert = Checkpoint.open(temp.resolve("a.safetensors"))) {
            TwinManifest.Tensor tensor = twin.manifest().tensors().stream()
                    .filter(one -> one.name().equals("linear.weight"))
                    .findFirst()
                    .orElseThrow();
            float[] theta = floats(expert, "linear.weight");
            float[] shared = floats(twin.shared(), "linear.weight");
            Exclusive kept = twin.experts().getFirst().read(tensor);
            assertThat(kept).isInstanceOfSatisfying(Exclusive.Sparse.class, sparse -> {
                assertThat(sparse.index().length).isBetween(240, 360);
                for (int k = 0; k < sparse.index().length; k++) {
                    int j = (int) sparse.index()[k];
                    assertThat(sparse.value()[k]).isEqualTo((theta[j] - shared[j]) / 0.5f);
                }
            });
        }
    }

    @Test
    void leavesSharedBiasesToTheSharedExpert() throws Exception {
        TwinManifest manifest = TwinModels.extract(TwinModels.request(temp, method(Biases.SHARED)), folder("twin"));

        assertThat(forms(manifest)).containsOnlyKeys("linear.weight", "conv.weight", "scale", "empty");
    }

    @Test
    void takesOracleBiasesFromTheTaskThatIsNamed() throws Exception {
        TwinManifest manifest = TwinModels.extract(TwinModels.request(temp, method(Biases.ORACLE)), folder("twin"));

        assertThat(forms(manifest))
                .containsEntry("linear.bias", Form.ORACLE)
                .containsEntry("relative_bias.weight", Form.ORACLE);
        try (TwinFolder twin = TwinFolder.open(temp.resolve("twin"));
                Checkpoint expert = Checkpoint.open(temp.resolve("b.safetensors"));
                Checkpoint composed =
                        Checkpoint.open(TwinModels.compose(twin, new float[] {1, 0}, "b", folder("composed")))) {
            assertThat(floats(composed, "linear.bias")).containsExactly(floats(expert, "linear.bias"), within(1e-7f));
            MergeException fault = catchThrowableOfType(
                    MergeException.class, () -> TwinModels.compose(twin, new float[] {1, 0}, "", temp));
            assertThat(fault).hasMessageContaining("expected one of a, b");
            assertThat(fault.code()).isEqualTo(ErrorCode.USAGE);
        }
    }

    @Test
    void takesAFinishedMergeAsTheSharedExpert() throws Exception {
        TwinModels.model(5, 0.05f).write(temp.resolve("ties.safetensors"));
        Path target = folder("twin");
        TwinManifest manifest = TwinModels.extract(
                TwinModels.request(temp, method(Strategy.SVD, Biases.ROUTED, temp.resolve("ties.safetensors"))),
                target);

        assertThat(manifest.sharedSource()).isNotNull();
        assertThat(manifest.base().name()).isEqualTo("base.safetensors");
        assertThat(manifest.parameters())
                .containsEntry("shared", "ties.safetensors")
                .doesNotContainKey("lambda");
        try (Checkpoint ties = Checkpoint.open(temp.resolve("ties.safetensors"));
                Checkpoint shared = Checkpoint.open(target.resolve("shared.safetensors"))) {
            for (String name : ties.tensors().keySet()) {
                if (!name.equals("ids")) {
                    assertThat(floats(shared, name)).as(name).isEqualTo(floats(ties, name));
                }
            }
        }
    }

    @Test
    void refusesASharedExpertOfAnotherBase() throws Exception {
        new TinyCheckpoint().floats("w", Shape.of(2, 2), 1, 2, 3, 4).write(temp.resolve("other.safetensors"));

        MergeException fault = catchThrowableOfType(MergeException.class, () -> TwinExtraction.open(TwinModels.request(
                        temp, method(Strategy.SVD, Biases.ROUTED, temp.resolve("other.safetensors"))))
                .close());

        assertThat(fault.code().exitCode()).isEqualTo(4);
    }

    @Test
    void warnsOfTensorsOfWhichNothingIsKept() throws Exception {
        TwinMerging method =
                new TwinMerging(0.99, Strategy.SVD, Coefficients.shared(0.3f), null, Biases.ROUTED, SvdMode.AUTO, 0);
        try (TwinExtraction extraction = TwinExtraction.open(TwinModels.request(temp, method))) {
            assertThat(extraction.warnings())
                    .anySatisfy(warning -> assertThat(warning).contains("3 tensors", "leaves nothing"))
                    .anySatisfy(warning -> assertThat(warning).contains("[d0, rest]"));
            assertThat(extraction.peakMemoryBytes()).isPositive();
        }
    }

    @Test
    void refusesAnExpertWithNan() throws Exception {
        TinyCheckpoint bad = new TinyCheckpoint().floats("w", Shape.of(2, 2), 1, Float.NaN, 3, 4);
        new TinyCheckpoint().floats("w", Shape.of(2, 2), 1, 2, 3, 4).write(temp.resolve("base.safetensors"));
        bad.write(temp.resolve("a.safetensors"));
        bad.write(temp.resolve("b.safetensors"));

        MergeException fault = catchThrowableOfType(
                MergeException.class,
                () -> TwinModels.extract(TwinModels.request(temp, method(Strategy.SVD)), folder("twin")));

        assertThat(fault.code()).isEqualTo(ErrorCode.NON_FINITE);
        assertThat(fault.tensor()).isEqualTo("w");
    }
}
