package org.modelmerge.cli.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.modelmerge.checkpoint.Checkpoint;
import org.modelmerge.checkpoint.DType;
import org.modelmerge.checkpoint.StoredTensor;
import org.modelmerge.cli.process.RealCommand.Ended;
import org.modelmerge.cli.process.RealCommand.Running;
import org.modelmerge.error.MergeException;

/// The real command on models of 8 GiB in a heap of 256 MiB; docs/testing.md says how to run it.
///
/// The inputs are sparse files with islands around 2^31 and 2^32, in bytes and in elements. Every byte of the output is
/// checked: the islands against an oracle, all else to be zero.
@Tag("long")
@EnabledOnOs(OS.LINUX)
final class LargeModelTest {
    private static final System.Logger LOG = System.getLogger(LargeModelTest.class.getName());

    /// Room for one output at a time.
    private static final long NEEDED_BYTES = 10L << 30;
    /// The heap, and what the JVM takes beside it.
    private static final long MAX_RESIDENT_BYTES = 400L << 20;

    private static final int EXPERTS = 2;
    private static final double DENSITY = 0.0001;

    @TempDir
    Path directory;

    @BeforeEach
    void needsRoom() throws IOException {
        assumeTrue(Files.getFileStore(directory).getUsableSpace() >= NEEDED_BYTES, "10 GiB of free disk");
    }

    @Test
    void mergesF32ModelsOfMoreThan2To31Elements() throws Exception {
        long elements = (1L << 31) + SparseModel.ISLAND;
        mergesByEveryMethod(new SparseModel(DType.F32, elements, List.of(1L << 29, 1L << 30, 1L << 31)));
    }

    @Test
    void mergesBf16ModelsOfMoreThan2To32Elements() throws Exception {
        long elements = (1L << 32) + SparseModel.ISLAND;
        mergesByEveryMethod(new SparseModel(DType.BF16, elements, List.of(1L << 30, 1L << 31, 1L << 32)));
    }

    private void mergesByEveryMethod(SparseModel model) throws Exception {
        float[][] values = model.values(EXPERTS, 20);
        for (int i = 0; i <= EXPERTS; i++) {
            model.write(directory.resolve(i + ".safetensors"), values[i]);
        }
        SparseOracle oracle = new SparseOracle(values, model.holeCount());
        Map<String, float[]> expected = Map.of(
                "task-arithmetic", oracle.taskArithmetic(0.3f),
                "ties", oracle.ties(DENSITY, 1f),
                "pcb", oracle.pcb(DENSITY, 1f));

        for (String method : List.of("task-arithmetic", "ties", "pcb")) {
            Path out = directory.resolve(method + ".safetensors");
            merge(method, out, model);
            assertHolds(out, model, expected.get(method));
            Files.delete(out);
        }
    }

    private void merge(String method, Path out, SparseModel model) throws IOException, InterruptedException {
        List<String> density = method.equals("task-arithmetic") ? List.of() : List.of("--density", "" + DENSITY);
        List<Object> arguments = new ArrayList<>(List.of("--method", method, "--output", out));
        arguments.addAll(density);
        for (int i = 0; i <= EXPERTS; i++) {
            arguments.add(directory.resolve(i + ".safetensors"));
        }
        long start = System.nanoTime();
        Running command = RealCommand.in(directory)
                .withOptions("-Xmx256m", "-XX:TieredStopAtLevel=4")
                .start(arguments.toArray());
        long peak = 0;
        while (command.process().isAlive()) {
            peak = Math.max(peak, residentPeakBytes(command.process()));
            Thread.sleep(20);
        }
        Ended ended = command.await();
        LOG.log(
                System.Logger.Level.INFO,
                "{0} {1}: {2}, peak resident memory {3} MiB",
                model.dtype(),
                method,
                Duration.ofNanos(System.nanoTime() - start),
                peak >> 20);

        assertThat(ended.exit()).as(ended.err()).isZero();
        assertThat(peak).as("peak resident memory").isBetween(1L, MAX_RESIDENT_BYTES);
    }

    /// 0 when the process has ended.
    private static long residentPeakBytes(Process process) {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/" + process.pid() + "/status"))) {
                if (line.startsWith("VmHWM:")) {
                    return Long.parseLong(line.replaceAll("[^0-9]", "")) << 10;
                }
            }
            return 0;
        } catch (IOException _) {
            return 0;
        }
    }

    private static void assertHolds(Path out, SparseModel model, float[] expected) throws IOException, MergeException {
        try (Checkpoint merged = Checkpoint.open(out);
                FileChannel channel = FileChannel.open(out)) {
            long w = offset(merged, "w");
            long end = w;
            for (int k = 0; k < model.centres().size(); k++) {
                long start = w + model.islandStart(k) * model.dtype().bytes();
                assertZero(channel, end, start);
                ByteBuffer island = model.bytes(expected, k * SparseModel.ISLAND, SparseModel.ISLAND);
                end = assertBytes(channel, start, island, "island " + k);
            }
            assertZero(channel, end, w + model.elements() * model.dtype().bytes());
            ByteBuffer tail = model.bytes(expected, expected.length - SparseModel.TAIL, SparseModel.TAIL);
            assertBytes(channel, offset(merged, "tail"), tail, "tail");
            assertBytes(channel, offset(merged, "ids"), SparseModel.ids(), "ids");
        }
    }

    private static long offset(Checkpoint checkpoint, String name) {
        StoredTensor tensor = checkpoint.tensor(name);
        assertThat(tensor).as(name).isNotNull();
        return tensor.fileOffset();
    }

    private static long assertBytes(FileChannel channel, long offset, ByteBuffer expected, String what)
            throws IOException {
        ByteBuffer got = read(channel, offset, expected.remaining());
        assertThat(got.mismatch(expected)).as("first wrong byte of " + what).isEqualTo(-1);
        return offset + expected.remaining();
    }

    private static void assertZero(FileChannel channel, long from, long to) throws IOException {
        int step = 1 << 22;
        ByteBuffer zeros = ByteBuffer.allocateDirect(step);
        for (long at = from; at < to; at += step) {
            int count = (int) Math.min(step, to - at);
            int wrong = read(channel, at, count).mismatch(zeros.slice(0, count));
            assertThat(wrong)
                    .as("first byte that is not zero, behind byte " + at)
                    .isEqualTo(-1);
        }
    }

    private static ByteBuffer read(FileChannel channel, long offset, int count) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(count);
        while (bytes.hasRemaining() && channel.read(bytes, offset + bytes.position()) > 0) {
            // until full
        }
        return bytes.flip();
    }
}
