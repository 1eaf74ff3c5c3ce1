package org.modelmerge.network;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.modelmerge.data.ImageBatch;
import org.modelmerge.error.MergeException;

/// Features of images, batch by batch.
///
/// @param batchSize images a batch
public record ImageFeatures(BatchFeatures network, int batchSize) {
    /// Features of some images; as many as there are threads times the batch size keep all threads busy.
    ///
    /// @return `[images][d]`, in the order of the images
    /// @throws MergeException as [BatchFeatures#features] does
    public float[][] of(ImageBatch images) throws MergeException {
        List<Batch> batches = new ArrayList<>();
        int imageBytes = images.imageBytes();
        for (int from = 0; from < images.count(); from += batchSize) {
            int to = Math.min(images.count(), from + batchSize);
            batches.add(new Batch.Images(new ImageBatch(
                    to - from,
                    images.height(),
                    images.width(),
                    images.channels(),
                    Arrays.copyOfRange(images.pixels(), from * imageBytes, to * imageBytes))));
        }
        float[][] features = new float[images.count()][];
        int next = 0;
        for (float[][] batch : network.features(batches)) {
            for (float[] row : batch) {
                features[next++] = row;
            }
        }
        return features;
    }
}
