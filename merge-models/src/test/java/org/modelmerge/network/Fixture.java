package org.modelmerge.network;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.modelmerge.data.IdxImages;
import org.modelmerge.data.ImageBatch;
import org.modelmerge.error.MergeException;
import org.modelmerge.json.StrictJson;

/// A small network with the outputs that the reference library computes for it; docs/testing.md says how they
/// were made.
record Fixture(Path folder, Map<?, ?> expected) {
    static Fixture of(String name) throws IOException, MergeException {
        Path folder = resource(name);
        return new Fixture(folder, (Map<?, ?>) StrictJson.parse(Files.readAllBytes(folder.resolve("expected.json"))));
    }

    static Path resource(String name) {
        try {
            return Path.of(Objects.requireNonNull(Fixture.class.getResource(name), name)
                    .toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    /// The five images of 32 x 32 whose features the references give.
    static ImageBatch images() throws MergeException {
        try (IdxImages images = IdxImages.open(resource("images.idx"), _ -> true)) {
            return Objects.requireNonNull(images.next(100));
        }
    }

    CheckpointWeights weights() throws MergeException {
        return CheckpointWeights.open(folder, null);
    }

    List<String> texts() {
        return ((List<?>) expected.get("texts"))
                .stream().map(String.class::cast).toList();
    }

    long[][] numbers(String key) {
        return ((List<?>) expected.get(key))
                .stream()
                        .map(row -> ((List<?>) row)
                                .stream().mapToLong(Long.class::cast).toArray())
                        .toArray(long[][]::new);
    }

    /// Rows of float32 values.
    float[][] rows(String key) {
        List<?> rows = (List<?>) expected.get(key);
        float[][] values = new float[rows.size()][];
        for (int i = 0; i < values.length; i++) {
            List<?> row = (List<?>) rows.get(i);
            values[i] = new float[row.size()];
            for (int j = 0; j < values[i].length; j++) {
                values[i][j] = ((Number) row.get(j)).floatValue();
            }
        }
        return values;
    }

    /// The largest difference of an element, relative to 1 or to the element.
    static double difference(float[][] got, float[][] expected) {
        double largest = 0;
        for (int i = 0; i < expected.length; i++) {
            for (int j = 0; j < expected[i].length; j++) {
                double error = Math.abs((double) got[i][j] - expected[i][j]) / Math.max(1, Math.abs(expected[i][j]));
                // A NaN is no small difference.
                largest = error <= largest ? largest : error;
            }
        }
        return got.length == expected.length ? largest : Double.NaN;
    }
}
