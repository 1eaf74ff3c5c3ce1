package org.modelmerge.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.modelmerge.checkpoint.LocalStorage;
import org.modelmerge.checkpoint.RangeSource;
import org.modelmerge.checkpoint.ShardSink;
import org.modelmerge.testing.Property;

final class TranspositionTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4, 8})
    void exchangesRowsAndColumnsWhateverTheTile(int elementBytes) {
        Property.forAll("transposition of " + elementBytes + " bytes", 60, seed -> {
            SplittableRandom random = new SplittableRandom(seed);
            int rows = random.nextInt(1, 90);
            int columns = random.nextInt(1, 90);
            int tileBytes = elementBytes * random.nextInt(1, 3 * rows * columns / 2 + 2);
            byte[] matrix = new byte[rows * columns * elementBytes];
            random.nextBytes(matrix);

            byte[] transposed = transpose(matrix, rows, columns, elementBytes, tileBytes);

            for (int i = 0; i < rows; i++) {
                for (int j = 0; j < columns; j++) {
                    for (int k = 0; k < elementBytes; k++) {
                        assertThat(transposed[(j * rows + i) * elementBytes + k])
                                .isEqualTo(matrix[(i * columns + j) * elementBytes + k]);
                    }
                }
            }
        });
    }

    private byte[] transpose(byte[] matrix, int rows, int columns, int elementBytes, int tileBytes) throws Exception {
        int begin = 3;
        int offset = 5;
        byte[] file = new byte[begin + matrix.length];
        System.arraycopy(matrix, 0, file, begin, matrix.length);
        Files.write(folder.resolve("in"), file);
        Files.deleteIfExists(folder.resolve("out"));
        long[] told = new long[1];
        try (RangeSource source = LocalStorage.INSTANCE.open(folder.resolve("in"));
                ShardSink sink = LocalStorage.INSTANCE.create(folder.resolve("out"))) {
            new Transposition(elementBytes, tileBytes)
                    .copy(new TensorBytes.Range(source, begin), rows, columns, sink, offset, count -> told[0] += count);
        }
        assertThat(told[0]).isEqualTo(matrix.length);
        byte[] written = Files.readAllBytes(folder.resolve("out"));
        assertThat(written).hasSize(offset + matrix.length);
        byte[] transposed = new byte[matrix.length];
        System.arraycopy(written, offset, transposed, 0, matrix.length);
        return transposed;
    }
}
