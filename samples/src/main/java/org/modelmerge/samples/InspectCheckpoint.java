package org.modelmerge.samples;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Locale;
import org.modelmerge.checkpoint.Checkpoint;
import org.modelmerge.checkpoint.SliceReader;
import org.modelmerge.checkpoint.StoredTensor;
import org.modelmerge.checkpoint.TensorInfo;
import org.modelmerge.error.MergeException;
import org.modelmerge.error.Printable;
import org.modelmerge.kernel.DotProduct;

/// Lists the tensors of a checkpoint, with the norms of the float tensors, in the memory of one window.
///
/// Argument: a safetensors file, a model folder or an index file.
public final class InspectCheckpoint {
    private static final int WINDOW = 1 << 16;

    private InspectCheckpoint() {}

    public static void main(String[] args) throws MergeException {
        inspect(Path.of(args[0]), System.out);
    }

    static void inspect(Path path, PrintStream out) throws MergeException {
        long elementCount = 0;
        try (Checkpoint checkpoint = Checkpoint.open(path)) {
            for (StoredTensor tensor : checkpoint.tensors().values()) {
                TensorInfo info = tensor.info();
                String norm = info.dtype().isFloat() ? String.format(Locale.ROOT, "  norm %.6g", norm(tensor)) : "";
                // Names come from the file: Printable escapes what a terminal would obey.
                out.println(Printable.text(info.name()) + "  " + info.dtype() + " " + info.shape() + norm);
                elementCount += info.elementCount();
            }
            out.println(
                    checkpoint.tensors().size() + " tensors, " + elementCount + " elements, " + checkpoint.sizeBytes()
                            + " bytes in " + checkpoint.shards().size() + " file(s)");
        }
    }

    private static double norm(StoredTensor tensor) throws MergeException {
        TensorInfo info = tensor.info();
        SliceReader reader = new SliceReader(WINDOW);
        DotProduct squares = new DotProduct();
        for (long start = 0; start < info.elementCount(); start += WINDOW) {
            float[] window = new float[(int) Math.min(WINDOW, info.elementCount() - start)];
            long offset = tensor.fileOffset() + start * info.dtype().bytes();
            reader.readFloats(tensor.shard().source(), info.dtype(), offset, window);
            squares.add(window, window, start);
        }
        return Math.sqrt(squares.sum());
    }
}
