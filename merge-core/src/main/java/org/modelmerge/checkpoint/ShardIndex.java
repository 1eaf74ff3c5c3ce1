package org.modelmerge.checkpoint;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.error.Printable;
import org.modelmerge.json.JsonReader;

/// Which file holds which tensor: `model.safetensors.index.json`.
///
/// ```
/// {"metadata": {"total_size": 28966928384}, "weight_map": {tensor name: shard file name, ...}}
/// ```
///
/// Only `weight_map` is used. Shard names are plain names of files in the index's folder.
///
/// @param weightMap tensor name to shard name, in the order of the file, unmodifiable
record ShardIndex(Map<String, String> weightMap) {
    static final String FILE_NAME = "model.safetensors.index.json";

    /// As for headers; a real index is smaller than the headers of its shards.
    private static final long MAX_BYTES = HeaderParser.MAX_HEADER_BYTES;

    ShardIndex {
        weightMap = Collections.unmodifiableMap(new LinkedHashMap<>(weightMap));
    }

    /// Reads an index.
    ///
    /// @throws MergeException `MALFORMED`, without the file; or what the source throws
    static ShardIndex parse(RangeSource source) throws MergeException {
        long size = source.size();
        if (size > MAX_BYTES) {
            throw malformed("the index is too long (got " + size + " bytes, expected at most " + MAX_BYTES + ")");
        }
        JsonReader reader = new JsonReader(new RangeInput(source, 0, size, Hashes.sha256()));
        Map<String, String> weightMap = null;
        reader.beginObject();
        for (String name = reader.nextName(); name != null; name = reader.nextName()) {
            if (name.equals("weight_map")) {
                weightMap = readWeightMap(reader);
            } else {
                reader.skipValue();
            }
        }
        reader.end();
        if (weightMap == null || weightMap.isEmpty()) {
            throw malformed(weightMap == null ? "the index has no weight_map" : "the weight_map is empty");
        }
        return new ShardIndex(weightMap);
    }

    /// The names of the shards, each once, by code point.
    List<String> shardNames() {
        TreeSet<String> names = new TreeSet<>(CodePointOrder.INSTANCE);
        names.addAll(weightMap.values());
        return List.copyOf(names);
    }

    private static Map<String, String> readWeightMap(JsonReader reader) throws MergeException {
        Map<String, String> weightMap = new LinkedHashMap<>();
        // Thousands of tensors share a shard's name: keep one copy of it.
        Map<String, String> shardNames = new LinkedHashMap<>();
        reader.beginObject();
        for (String tensor = reader.nextName(); tensor != null; tensor = reader.nextName()) {
            String shard = reader.string();
            String known = shardNames.get(shard);
            if (known == null) {
                checkPlain(shard, tensor);
                shardNames.put(shard, shard);
                known = shard;
            }
            weightMap.put(tensor, known);
        }
        return weightMap;
    }

    private static void checkPlain(String shard, String tensor) throws MergeException {
        String fault = PlainName.faultOf(shard);
        if (fault != null) {
            throw malformed("unsafe shard name \"" + Printable.text(shard) + "\": " + fault
                            + " (expected the plain name of a file beside the index)")
                    .atTensor(tensor);
        }
    }

    private static MergeException malformed(String problem) {
        return MergeException.of(ErrorCode.MALFORMED, problem);
    }
}
