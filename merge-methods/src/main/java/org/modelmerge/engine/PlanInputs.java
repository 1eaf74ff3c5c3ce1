package org.modelmerge.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.modelmerge.checkpoint.Checkpoint;
import org.modelmerge.checkpoint.CodePointOrder;
import org.modelmerge.checkpoint.Hashes;
import org.modelmerge.checkpoint.RangeSource;
import org.modelmerge.checkpoint.Shard;
import org.modelmerge.engine.MergePlan.Range;
import org.modelmerge.error.MergeException;

/// The open files behind a plan's ranges.
record PlanInputs(List<Checkpoint> models) {
    /// Bytes that the models take while so many threads read them.
    long memoryBytes(int threads) {
        return models.stream().mapToLong(model -> model.memoryBytes(threads)).sum();
    }

    RangeSource source(int model, Range range) {
        return shard(model, range).source();
    }

    Shard shard(int model, Range range) {
        return models.get(model).sources().get(range.shard());
    }

    /// Reads all files once more.
    ///
    /// @return for each model, file name to SHA-256
    List<Map<String, String>> sha256(MergePlan plan, Progress progress) throws MergeException {
        progress.startPass(
                "hash inputs", models.stream().mapToLong(Checkpoint::sizeBytes).sum());
        List<Map<String, String>> hashes = new ArrayList<>();
        for (Checkpoint model : models) {
            Map<String, String> ofModel = new TreeMap<>(CodePointOrder.INSTANCE);
            for (int k = 0; k < model.shards().size(); k++) {
                String file = plan.inputs().get(hashes.size()).shards().get(k).file();
                ofModel.put(file, sha256(model.shards().get(k), progress));
            }
            hashes.add(ofModel);
        }
        return hashes;
    }

    private static String sha256(Shard shard, Progress progress) throws MergeException {
        try {
            return Hashes.of(shard.source(), progress::read);
        } catch (MergeException e) {
            throw e.inFile(shard.name());
        }
    }
}
