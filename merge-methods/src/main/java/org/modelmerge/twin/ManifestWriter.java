package org.modelmerge.twin;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.modelmerge.json.JsonWriter;
import org.modelmerge.twin.TwinManifest.Expert;
import org.modelmerge.twin.TwinManifest.Part;
import org.modelmerge.twin.TwinManifest.Source;
import org.modelmerge.twin.TwinManifest.Tensor;

/// Writes `twin.json`.
final class ManifestWriter {
    private ManifestWriter() {}

    static String write(TwinManifest manifest) {
        StringBuilder text = new StringBuilder();
        JsonWriter json = JsonWriter.pretty(text).beginObject().member("schema", 1);
        json.member("version", manifest.version());
        json.member("method", TwinMerging.NAME);
        json.member("parameters", manifest.parameters());
        json.member("settings", manifest.settings());
        json.member("base", source(manifest.base()));
        json.member("sharedSource", manifest.sharedSource() == null ? null : source(manifest.sharedSource()));
        json.member("shared", part(manifest.shared()));
        List<Object> experts = new ArrayList<>();
        for (Expert expert : manifest.experts()) {
            Map<String, @Nullable Object> members = new LinkedHashMap<>();
            members.put("task", expert.task());
            members.put("source", source(expert.source()));
            members.putAll(part(expert.part()));
            experts.add(members);
        }
        json.member("experts", experts).name("tensors").beginArray();
        for (Tensor tensor : manifest.tensors()) {
            json.beginObject().member("name", tensor.name()).member("shape", sizes(tensor));
            json.member("form", tensor.form().name().toLowerCase(Locale.ROOT));
            json.member("kept", tensor.kept()).member("norms", tensor.norms());
            json.member("energyKept", tensor.energyKept()).endObject();
        }
        json.endArray().endObject();
        return text.append('\n').toString();
    }

    private static List<Long> sizes(Tensor tensor) {
        List<Long> sizes = new ArrayList<>();
        for (long size : tensor.shape().sizes()) {
            sizes.add(size);
        }
        return sizes;
    }

    private static Map<String, @Nullable Object> source(Source source) {
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        members.put("name", source.name());
        members.put("size", source.sizeBytes());
        members.put("headerSha256", source.headerSha256());
        members.put("sha256", source.sha256().isEmpty() ? null : source.sha256());
        return members;
    }

    private static Map<String, @Nullable Object> part(Part part) {
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        members.put("file", part.file());
        members.put("size", part.sizeBytes());
        members.put("headerSha256", part.headerSha256());
        members.put("sha256", part.sha256());
        return members;
    }
}
