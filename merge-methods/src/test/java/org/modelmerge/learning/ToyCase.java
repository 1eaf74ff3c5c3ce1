package org.modelmerge.learning;

import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.modelmerge.checkpoint.Checkpoint;
import org.modelmerge.checkpoint.SliceReader;
import org.modelmerge.checkpoint.StoredTensor;
import org.modelmerge.engine.MergeRequest;
import org.modelmerge.error.MergeException;

/// The golden case of learning: `learning/c30_adamerging_toy`, described with the other cases in `golden/README.md`.
final class ToyCase {
    /// The rows of its tables.
    static final List<String> ROWS = List.of("l1.weight", "l1.bias", "l2.weight", "l2.bias", "unused");

    static final int TASKS = 2;

    private static final Path FOLDER = folder();

    private ToyCase() {}

    private static Path folder() {
        try {
            return Path.of(Objects.requireNonNull(ToyCase.class.getResource("/learning/c30_adamerging_toy"))
                    .toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    static Path file(String name) {
        return FOLDER.resolve(name + ".safetensors");
    }

    static MergeRequest models() {
        return MergeRequest.of(
                new org.modelmerge.average.Average(List.of()), file("base"), List.of(file("ft_0"), file("ft_1")));
    }

    static ToyNetwork network() throws MergeException {
        return new ToyNetwork(
                new float[][][] {rows("data", "x.0", 12), rows("data", "x.1", 12)},
                new float[][][] {rows("data", "head.0", 10), rows("data", "head.1", 10)});
    }

    static float[][] rows(String file, String tensor, int width) throws MergeException {
        float[] flat = floats(file, tensor);
        float[][] rows = new float[flat.length / width][width];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(flat, i * width, rows[i], 0, width);
        }
        return rows;
    }

    static float[] floats(String file, String tensor) throws MergeException {
        try (Checkpoint checkpoint = Checkpoint.open(file(file))) {
            StoredTensor stored = Objects.requireNonNull(checkpoint.tensor(tensor), tensor);
            float[] values = new float[(int) stored.info().elementCount()];
            new SliceReader(values.length)
                    .readFloats(stored.shard().source(), stored.info().dtype(), stored.fileOffset(), values);
            return values;
        }
    }
}
