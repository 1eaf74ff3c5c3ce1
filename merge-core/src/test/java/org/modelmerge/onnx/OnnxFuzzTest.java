package org.modelmerge.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.modelmerge.checkpoint.NameFilter;
import org.modelmerge.checkpoint.Shape;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.testing.MemoryStorage;
import org.modelmerge.testing.Property;
import org.modelmerge.testing.TinyOnnx;

/// Whatever the bytes, an import is opened or refused with our exception.
final class OnnxFuzzTest {
    private static final Path FILE = Path.of("/m/model.onnx");

    private static byte[] model() {
        return new TinyOnnx()
                .node("MatMul", "/encoder/query/MatMul", "x", "onnx::MatMul_1")
                .nodeWith("transB", 1, "Gemm", "/head/Gemm", "y", "onnx::Gemm_2", "onnx::Gemm_3")
                .nodeAround(
                        new TinyOnnx().node("Div", "/Div", "x", "onnx::Div_4").floats("onnx::Div_4", Shape.of(), 8))
                .floats("onnx::MatMul_1", Shape.of(2, 3), 1, 2, 3, 4, 5, 6)
                .floats("onnx::Gemm_2", Shape.of(1, 2), 1, 2)
                .floats("onnx::Gemm_3", Shape.of(1), 3)
                .tensor(TinyOnnx.header("ids", TinyOnnx.INT64, Shape.of(3)).packed(7, 1, -1, 300))
                .external("big", Shape.of(2), "location", "model.data", "offset", "4", "length", "8")
                .toBytes();
    }

    private static ErrorCode open(byte[] bytes) {
        MemoryStorage storage = new MemoryStorage().file(FILE.toString(), bytes).file("/m/model.data", new byte[12]);
        ImportRequest request =
                new ImportRequest(storage, FILE, Path.of("/m/out.safetensors"), false, NameFilter.ALL, 1000, "1");
        try (OnnxImport opened = OnnxImport.open(request)) {
            assertThat(opened.tensors()).isNotEmpty();
            return null;
        } catch (MergeException e) {
            return e.code();
        } finally {
            assertThat(storage.openCount()).isZero();
        }
    }

    @Test
    void opensTheModelItself() {
        assertThat(open(model())).isNull();
    }

    @Test
    void refusesEveryTruncation() {
        byte[] model = model();
        int graphEnd = model.length - 4;
        for (int length = 0; length < graphEnd; length++) {
            byte[] cut = Arrays.copyOf(model, length);
            assertThat(open(cut))
                    .as("the first %s bytes", length)
                    .isIn(List.of(ErrorCode.MALFORMED, ErrorCode.UNSUPPORTED_FORMAT));
        }
    }

    @Test
    void endsQuicklyWithNothingButOurExceptionWhateverTheBytes() {
        Assertions.assertTimeout(
                Duration.ofSeconds(60), () -> Property.forAll("mutated ONNX", 20_000, seed -> open(mutated(seed))));
    }

    private static byte[] mutated(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        byte[] bytes = model();
        int mutations = random.nextInt(1, 6);
        for (int i = 0; i < mutations; i++) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(4)) {
                case 0 -> bytes[at] = (byte) random.nextInt();
                case 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 2 -> bytes = Arrays.copyOf(bytes, random.nextInt(1, bytes.length + 1));
                default -> {
                    int count = Math.min(bytes.length - at, random.nextInt(1, 20));
                    System.arraycopy(bytes, random.nextInt(bytes.length - count + 1), bytes, at, count);
                }
            }
        }
        return bytes;
    }
}
