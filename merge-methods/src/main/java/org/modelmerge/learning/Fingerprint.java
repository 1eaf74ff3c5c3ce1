package org.modelmerge.learning;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.modelmerge.adamerging.LearningSettings;
import org.modelmerge.checkpoint.Checkpoint;
import org.modelmerge.checkpoint.Hashes;
import org.modelmerge.checkpoint.Shard;
import org.modelmerge.engine.MergeJob;
import org.modelmerge.error.MergeException;
import org.modelmerge.json.JsonWriter;

/// What the coefficients after a step depend on, as a hash: all bytes of the models, the options but the number of
/// steps, the tensors, the version, and what the oracle says of itself.
final class Fingerprint {
    private Fingerprint() {}

    static String of(MergeJob job, LearningSettings settings, List<String> learned, String oracle)
            throws MergeException {
        Map<String, @Nullable Object> parts = new LinkedHashMap<>();
        parts.put("version", job.plan().version());
        parts.put("models", models(job));
        parts.put("tasks", job.plan().tasks());
        parts.put("tensors", learned);
        parts.put("granularity", settings.granularity().word());
        parts.put(
                "density",
                settings.plusPlus() == null ? null : settings.plusPlus().fraction());
        parts.put("clamped", settings.clamped());
        parts.put("learningRate", settings.learningRate());
        parts.put("init", settings.init());
        parts.put("batchSize", settings.batchSize());
        parts.put("batches", settings.batches());
        parts.put("patience", settings.patience());
        parts.put("seed", settings.seed());
        parts.put("oracle", oracle);
        return Hashes.of(JsonWriter.write(parts).getBytes(StandardCharsets.UTF_8));
    }

    private static List<String> models(MergeJob job) throws MergeException {
        List<String> hashes = new ArrayList<>();
        for (Checkpoint model : job.inputs()) {
            for (Shard shard : model.shards()) {
                try {
                    hashes.add(Hashes.of(shard.source(), _ -> {}));
                } catch (MergeException e) {
                    throw e.inFile(shard.name());
                }
            }
        }
        return hashes;
    }
}
