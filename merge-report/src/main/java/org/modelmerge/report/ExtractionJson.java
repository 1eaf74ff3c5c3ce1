package org.modelmerge.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.modelmerge.checkpoint.Shape;
import org.modelmerge.engine.Version;
import org.modelmerge.extraction.ExtractionOutcome;
import org.modelmerge.extraction.ExtractionOutcome.Extracted;
import org.modelmerge.extraction.ExtractionOutcome.LeftOut;
import org.modelmerge.extraction.ExtractionRequest;

/// The JSON document of an extraction, `"schema": 1`; it only ever gains fields.
public final class ExtractionJson {
    private ExtractionJson() {}

    /// The document.
    ///
    /// @param output the adapter's folder as it is to be named
    public static Map<String, @Nullable Object> document(
            ExtractionRequest request, ExtractionOutcome outcome, String output) {
        Map<String, @Nullable Object> document = new LinkedHashMap<>();
        document.put("schema", 1);
        document.put("output", output);
        document.put("base", outcome.base());
        document.put("expert", outcome.expert());
        document.put("rank", request.rank());
        document.put("dtype", request.dtype().name());
        document.put("tensors", counts(outcome));
        document.put("energyKept", outcome.energyKept());
        document.put("residual", outcome.residual());
        document.put("bytesWritten", outcome.bytesWritten());
        document.put("sha256", outcome.sha256());
        document.put(
                "perTensor",
                outcome.extracted().stream().map(ExtractionJson::extracted).toList());
        document.put(
                "leftOut",
                outcome.leftOut().stream().map(ExtractionJson::leftOut).toList());
        document.put("warnings", outcome.warnings());
        document.put("version", Version.text());
        return document;
    }

    private static Map<String, Object> counts(ExtractionOutcome outcome) {
        Map<String, Object> counts = new LinkedHashMap<>();
        counts.put("extracted", outcome.extracted().size());
        counts.put("leftOut", outcome.leftOut().size());
        counts.put("unchanged", outcome.unchanged());
        return counts;
    }

    private static Map<String, Object> extracted(Extracted tensor) {
        Map<String, Object> one = new LinkedHashMap<>();
        one.put("name", tensor.name());
        one.put("shape", sizes(tensor.shape()));
        one.put("rank", tensor.rank());
        one.put("bytes", tensor.bytes());
        one.put("norm", Math.sqrt(tensor.squares()));
        one.put("energyKept", tensor.energyKept());
        one.put("residual", tensor.residual());
        one.put("exact", tensor.exact());
        return one;
    }

    private static Map<String, Object> leftOut(LeftOut tensor) {
        Map<String, Object> one = new LinkedHashMap<>();
        one.put("name", tensor.name());
        one.put("shape", sizes(tensor.shape()));
        one.put("norm", Math.sqrt(tensor.squares()));
        return one;
    }

    private static List<Long> sizes(Shape shape) {
        List<Long> sizes = new ArrayList<>();
        for (long size : shape.sizes()) {
            sizes.add(size);
        }
        return sizes;
    }
}
