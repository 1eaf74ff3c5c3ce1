package org.modelmerge.checkpoint;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.error.Printable;

/// Says what a folder without a safetensors model seems to hold instead.
final class FolderGuess {
    private static final String CONVERT =
            "convert it to safetensors first, for example with save_pretrained of the" + " library that reads it";

    private static final String ONNX = ".onnx";
    private static final String TWIN_SHARED = "shared.safetensors";
    private static final String TWIN_MANIFEST = "twin.json";

    private FolderGuess() {}

    /// The refusal of a folder that has neither `model.safetensors` nor an index.
    static MergeException refusal(List<String> names) {
        for (String name : names) {
            if (name.equals("adapter_config.json") || name.startsWith("adapter_model.")) {
                return unsupported("a LoRA adapter, not a whole model", name)
                        .withHint(
                                "an adapter stands for an expert, after the base that it was trained on; merge --method"
                                        + " average BASE ADAPTER -o FILE writes the whole model");
            }
        }
        for (String name : names) {
            String what = otherFormat(name);
            if (what != null) {
                return unsupported(what, name).withHint(name.endsWith(ONNX) ? FormatGuess.IMPORT_ONNX : CONVERT);
            }
        }
        if (names.contains(TWIN_SHARED) && names.stream().anyMatch(name -> name.startsWith("expert_"))) {
            return unsupported("the parts of a Twin folder, not a whole model", TWIN_SHARED)
                    .withHint(
                            names.contains(TWIN_MANIFEST)
                                    ? "merge twin compose DIR --weights W1,... -o OUT writes a whole model"
                                    : TWIN_MANIFEST + " is missing, without which it cannot be used as a Twin folder");
        }
        MergeException refusal = MergeException.of(
                ErrorCode.NOT_FOUND, "the folder has neither model.safetensors nor model.safetensors.index.json");
        List<String> candidates = names.stream()
                .filter(name -> name.endsWith(".safetensors") || name.endsWith(".safetensors.index.json"))
                .toList();
        if (candidates.isEmpty()) {
            return refusal;
        }
        return refusal.withHint("pass the file itself: " + Printable.text(candidates.getFirst())
                + (candidates.size() == 1 ? "" : " or one of " + (candidates.size() - 1) + " others"));
    }

    private static @Nullable String otherFormat(String name) {
        if (name.equals("pytorch_model.bin") || name.equals("pytorch_model.bin.index.json")) {
            return "a PyTorch pickle";
        }
        if (name.equals("tf_model.h5") || name.equals("model.weights.h5")) {
            return "a TensorFlow model (HDF5)";
        }
        if (name.equals("flax_model.msgpack")) {
            return "a Flax model (msgpack)";
        }
        if (name.endsWith(".gguf")) {
            return "a GGUF model";
        }
        return name.endsWith(ONNX) ? "an ONNX model" : null;
    }

    private static MergeException unsupported(String what, String name) {
        return MergeException.of(
                ErrorCode.UNSUPPORTED_FORMAT,
                "the folder holds " + what + " (got " + Printable.text(name) + ", expected model.safetensors)");
    }
}
