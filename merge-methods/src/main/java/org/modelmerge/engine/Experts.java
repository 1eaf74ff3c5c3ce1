package org.modelmerge.engine;

import java.nio.file.Path;
import org.modelmerge.checkpoint.Checkpoint;
import org.modelmerge.checkpoint.Storage;
import org.modelmerge.error.MergeException;
import org.modelmerge.lora.LoraAdapter;

/// Opens what may stand where an expert stands.
public final class Experts {
    private Experts() {}

    /// A checkpoint, or the folder of a LoRA adapter, which is folded into the base while it is read.
    ///
    /// @param base stays open as long as the expert, and is not closed with it
    /// @throws MergeException as [Checkpoint#open(Storage, Path)], [LoraAdapter#open] and [LoraAdapter#foldInto]
    ///     do; no handle stays open
    public static Checkpoint open(Storage storage, Path path, Checkpoint base) throws MergeException {
        if (!LoraAdapter.isAdapter(storage, path)) {
            return Checkpoint.open(storage, path);
        }
        LoraAdapter adapter = LoraAdapter.open(storage, path);
        try {
            return adapter.foldInto(base);
        } catch (MergeException | RuntimeException | Error e) {
            adapter.close();
            throw e;
        }
    }
}
