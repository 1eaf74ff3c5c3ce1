package org.modelmerge.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.modelmerge.catalog.MethodCatalog;
import org.modelmerge.checkpoint.LocalStorage;
import org.modelmerge.checkpoint.ShardSink;
import org.modelmerge.engine.MergeRequest.Limits;
import org.modelmerge.error.MergeException;
import org.modelmerge.method.MergeMethod;

/// A worker of a merge on several machines: a process that knows a plan file and a folder, and nothing else.
///
/// In the folder it leaves `part-PASS-WORKER` for the coordinator, and finds `state-PASS`, the merged state. When all
/// passes are done it writes its units into the output files, which exist.
public final class PlanWorkerMain {
    private static final long PATIENCE_NANOS = 60_000_000_000L;

    private PlanWorkerMain() {}

    /// Works until the output is whole.
    ///
    /// @param args the plan file, the folder, this worker's number, the number of workers, elements of a slice
    public static void main(String[] args) throws IOException, InterruptedException, MergeException {
        MergePlan plan = MergePlanJson.parse(Files.readString(Path.of(args[0])));
        Path folder = Path.of(args[1]);
        int number = Integer.parseInt(args[2]);
        int workers = Integer.parseInt(args[3]);
        MergeMethod method = MethodCatalog.create(plan.method(), plan.parameters());
        Limits limits = new Limits(1 + number, 0, Integer.parseInt(args[4]));
        try (PlanWorker worker = PlanWorker.open(plan, method, LocalStorage.INSTANCE, limits)) {
            List<byte[]> finished = new ArrayList<>();
            for (int units = worker.unitCount(finished); units > 0; units = worker.unitCount(finished)) {
                int pass = finished.size();
                publish(folder, part(pass, number), worker.reduce(finished, share(units, number, workers)));
                finished.add(await(folder.resolve(state(pass))));
            }
            emit(worker, plan, finished, share(worker.emitUnitCount(), number, workers), folder);
        }
    }

    private static void emit(PlanWorker worker, MergePlan plan, List<byte[]> finished, BitSet units, Path folder)
            throws IOException, MergeException {
        List<ShardSink> sinks = new ArrayList<>();
        try {
            for (MergePlan.OutputFile file : plan.outputs()) {
                sinks.add(new ExistingFileSink(folder.resolve(file.name())));
            }
            worker.emit(finished, units, sinks);
        } finally {
            sinks.forEach(ShardSink::close);
        }
    }

    static String part(int pass, int worker) {
        return "part-" + pass + "-" + worker;
    }

    static String state(int pass) {
        return "state-" + pass;
    }

    /// Every `workers`-th unit, so that each worker has units of every part of the model.
    private static BitSet share(int units, int number, int workers) {
        BitSet share = new BitSet();
        for (int unit = number; unit < units; unit += workers) {
            share.set(unit);
        }
        return share;
    }

    /// Writes a file that appears whole.
    static void publish(Path folder, String name, byte[] bytes) throws IOException {
        Path draft = Files.write(folder.resolve(name + ".draft"), bytes);
        Files.move(draft, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    }

    static byte[] await(Path file) throws IOException, InterruptedException {
        long start = System.nanoTime();
        while (!Files.exists(file)) {
            if (System.nanoTime() - start > PATIENCE_NANOS) {
                throw new IOException("no " + file.getFileName());
            }
            Thread.sleep(5);
        }
        return Files.readAllBytes(file);
    }
}
