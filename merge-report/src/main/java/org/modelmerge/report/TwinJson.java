package org.modelmerge.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.modelmerge.twin.TwinManifest;
import org.modelmerge.twin.TwinManifest.Expert;
import org.modelmerge.twin.TwinManifest.Tensor;

/// What a Twin folder keeps, as the members of a JSON document.
public final class TwinJson {
    private TwinJson() {}

    /// Storage, experts and tensors.
    public static Map<String, Object> document(TwinManifest manifest) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("parameters", manifest.parameters());
        document.put("tasks", manifest.tasks());
        document.put("storedBytes", manifest.storedBytes());
        document.put("replacedBytes", manifest.replacedBytes());
        document.put("sharedBytes", manifest.shared().sizeBytes());
        List<Map<String, Object>> experts = new ArrayList<>();
        for (int i = 0; i < manifest.experts().size(); i++) {
            Expert expert = manifest.experts().get(i);
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("task", expert.task());
            one.put("file", expert.part().file());
            one.put("bytes", expert.part().sizeBytes());
            one.put("modelBytes", expert.source().sizeBytes());
            one.put("energyKept", manifest.energyKept(i));
            one.put("sha256", expert.part().sha256());
            experts.add(one);
        }
        document.put("experts", experts);
        List<Map<String, Object>> tensors = new ArrayList<>();
        manifest.tensors()
                .forEach(tensor -> tensors.add(tensor(tensor, manifest.experts().size())));
        document.put("perTensor", tensors);
        return document;
    }

    private static Map<String, Object> tensor(Tensor tensor, int taskCount) {
        List<Long> bytes = new ArrayList<>();
        for (int i = 0; i < taskCount; i++) {
            bytes.add(tensor.storedBytes(i));
        }
        List<Long> sizes = new ArrayList<>();
        for (long size : tensor.shape().sizes()) {
            sizes.add(size);
        }
        Map<String, Object> one = new LinkedHashMap<>();
        one.put("name", tensor.name());
        one.put("shape", sizes);
        one.put("form", tensor.form().name().toLowerCase(Locale.ROOT));
        one.put("kept", tensor.kept());
        one.put("norms", tensor.norms());
        one.put("energyKept", tensor.energyKept());
        one.put("bytes", bytes);
        return one;
    }
}
