package org.modelmerge.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.modelmerge.checkpoint.Shape;
import org.modelmerge.testing.TinyCheckpoint;

/// A base and two experts in a folder, each with a float tensor `w` and an integer tensor `ids`.
final class Models {
    static final String BASE = "base.safetensors";
    static final String EXPERT_A = "a.safetensors";
    static final String EXPERT_B = "b.safetensors";

    private Models() {}

    /// Writes three files.
    static void write(Path folder) throws IOException {
        model(1, 2, 3).write(folder.resolve(BASE));
        model(2, 2, 3).write(folder.resolve(EXPERT_A));
        model(1, 4, 3).write(folder.resolve(EXPERT_B));
    }

    /// Writes three folders `base`, `a`, `b`, the base with files that are not weights.
    static void writeFolders(Path folder) throws IOException {
        model(1, 2, 3).writeSharded(folder.resolve("base"), 1);
        model(2, 2, 3).writeSharded(folder.resolve("a"), 1);
        model(1, 4, 3).writeSharded(folder.resolve("b"), 1);
        Files.writeString(folder.resolve("base/config.json"), "{\"torch_dtype\": \"float32\", \"d\": 3}\n");
        Files.writeString(folder.resolve("base/tokenizer.json"), "{}\n");
        Files.writeString(folder.resolve("base/README.md"), "the base's card\n");
        Files.writeString(folder.resolve("base/.gitattributes"), "x\n");
        Files.writeString(folder.resolve("base/pytorch_model.bin"), "x\n");
        Files.createDirectory(folder.resolve("base/onnx"));
    }

    static TinyCheckpoint model(float... w) {
        return new TinyCheckpoint().floats("w", Shape.of(w.length), w).longs("ids", Shape.of(2), 7, 8);
    }
}
