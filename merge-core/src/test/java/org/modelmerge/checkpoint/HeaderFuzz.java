package org.modelmerge.checkpoint;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.json.StrictJson;
import org.modelmerge.testing.MemoryStorage;

/// Fuzzes the parsers of headers, indexes and JSON texts for a given time.
///
/// A case is a mutation of a case of the corpus, which starts with the cases of the reference's verdicts and grows with
/// every new outcome: which parser said what, names and numbers left out. Nothing but a MergeException with code
/// `MALFORMED` may come out, and the time and memory of a case are bounded.
///
/// ```
/// java -cp CLASSES org.modelmerge.checkpoint.HeaderFuzz SECONDS [SEED]
/// ```
final class HeaderFuzz {
    private static final System.Logger LOG = System.getLogger(HeaderFuzz.class.getName());

    private static final int MAX_CASE_BYTES = 1 << 14;
    private static final int MAX_CORPUS = 10_000;
    private static final int CASES_PER_OUTCOME = 10;
    /// Of the processor, not of the clock: on a busy machine a thread may wait for seconds.
    private static final long MAX_NANOS = 2_000_000_000L;
    /// The fixed buffers, and what the smallest entries need.
    private static final long MAX_ALLOCATED_BYTES = (1L << 20) + 512L * MAX_CASE_BYTES;

    private static final List<String> PIECES = List.of(
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            "\"",
            "\\",
            "\\u",
            "\\ud83d",
            "\\ude00",
            "null",
            "true",
            "false",
            "-",
            "0",
            "1",
            "e308",
            "1e309",
            ".",
            "18446744073709551615",
            "9223372036854775807",
            "9223372036854775808",
            "4294967296",
            "\"dtype\":",
            "\"shape\":",
            "\"data_offsets\":",
            "\"__metadata__\":",
            "\"F32\"",
            "\"F4\"",
            "\"weight_map\":",
            "{\"a\":",
            "[[[[[[[[",
            "\u00e9",
            "\ud83d\ude00",
            "\u0000",
            "\ufeff",
            " ",
            "\n",
            "../",
            "C:",
            "a");

    private final SplittableRandom random;
    private final List<byte[]> corpus = new ArrayList<>();
    private final Map<String, Integer> outcomes = new HashMap<>();
    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    HeaderFuzz(long seed) throws IOException {
        random = new SplittableRandom(seed);
        corpus.addAll(HeaderVerdictsTest.files());
        corpus.add("{\"metadata\":{\"total_size\":8},\"weight_map\":{\"a\":\"1.safetensors\",\"b\":\"2.safetensors\"}}"
                .getBytes(StandardCharsets.UTF_8));
    }

    public static void main(String[] arguments) throws IOException {
        long seconds = Long.parseLong(arguments[0]);
        long seed = arguments.length > 1 ? Long.parseLong(arguments[1]) : 1;
        HeaderFuzz fuzz = new HeaderFuzz(seed);
        long end = System.nanoTime() + seconds * 1_000_000_000L;
        long cases = 0;
        while (System.nanoTime() < end) {
            fuzz.run(1_000);
            cases += 1_000;
        }
        LOG.log(System.Logger.Level.INFO, "{0} cases, {1} outcomes, seed {2}", cases, fuzz.outcomes.size(), seed);
    }

    /// Runs so many cases.
    ///
    /// @throws AssertionError for the first that breaks a rule, with its bytes
    void run(int cases) {
        for (int i = 0; i < cases; i++) {
            byte[] mutated = mutated(corpus.get(random.nextInt(corpus.size())));
            String outcome;
            try {
                outcome = outcome(mutated);
            } catch (RuntimeException | Error e) {
                throw new AssertionError("case " + HexFormat.of().formatHex(mutated), e);
            }
            if (outcomes.merge(outcome, 1, Integer::sum) <= CASES_PER_OUTCOME) {
                keep(mutated);
            }
        }
    }

    private void keep(byte[] interesting) {
        if (corpus.size() < MAX_CORPUS) {
            corpus.add(interesting);
        } else {
            corpus.set(random.nextInt(MAX_CORPUS), interesting);
        }
    }

    private String outcome(byte[] bytes) {
        return bounded(() -> HeaderParser.parse(MemoryStorage.source(bytes)))
                + bounded(() -> ShardIndex.parse(MemoryStorage.source(bytes)))
                + bounded(() -> StrictJson.parse(bytes));
    }

    private interface Parse {
        @Nullable
        Object run() throws MergeException;
    }

    private String bounded(Parse parse) {
        long allocated = threads.getCurrentThreadAllocatedBytes();
        long start = threads.getCurrentThreadCpuTime();
        String outcome;
        try {
            parse.run();
            outcome = "accepted;";
        } catch (MergeException e) {
            if (e.code() != ErrorCode.MALFORMED) {
                throw new AssertionError("the wrong code", e);
            }
            outcome = e.problem().replaceAll("\\(got.*|got \".*|\".*\"|[0-9]+", "") + ";";
        }
        long nanos = threads.getCurrentThreadCpuTime() - start;
        allocated = threads.getCurrentThreadAllocatedBytes() - allocated;
        if (nanos > MAX_NANOS || allocated > MAX_ALLOCATED_BYTES) {
            throw new AssertionError(
                    "a case took " + nanos + " ns of processor time and allocated " + allocated + " bytes");
        }
        return outcome;
    }

    private byte[] mutated(byte[] original) {
        byte[] bytes = original;
        for (int rounds = 1 + random.nextInt(4); rounds > 0; rounds--) {
            bytes = mutatedOnce(bytes);
        }
        if (bytes.length > 8 && random.nextInt(8) != 0) {
            // Keep the length right most of the time, or nothing behind it is ever tried.
            int dataBytes = random.nextInt(4) == 0 ? random.nextInt(bytes.length - 7) : dataBytes(original);
            long headerBytes = Math.max(0, bytes.length - 8 - dataBytes);
            ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(0, headerBytes);
        }
        return bytes;
    }

    private static int dataBytes(byte[] file) {
        if (file.length < 8) {
            return 0;
        }
        long stated = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong(0);
        return stated >= 0 && stated <= file.length - 8 ? (int) (file.length - 8 - stated) : 0;
    }

    private byte[] mutatedOnce(byte[] bytes) {
        int at = random.nextInt(bytes.length + 1);
        int end = Math.min(bytes.length, at + 1 + random.nextInt(16));
        return switch (random.nextInt(6)) {
            case 0 -> replaced(bytes, at, end, new byte[0]);
            case 1 ->
                replaced(
                        bytes, at, at, PIECES.get(random.nextInt(PIECES.size())).getBytes(StandardCharsets.UTF_8));
            case 2 ->
                replaced(
                        bytes,
                        at,
                        end,
                        PIECES.get(random.nextInt(PIECES.size())).getBytes(StandardCharsets.UTF_8));
            case 3 ->
                replaced(
                        bytes, at, at, Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + random.nextInt(200))));
            case 4 -> {
                byte[] other = corpus.get(random.nextInt(corpus.size()));
                int from = random.nextInt(other.length + 1);
                int to = Math.min(other.length, from + random.nextInt(100));
                yield replaced(bytes, at, at, Arrays.copyOfRange(other, from, to));
            }
            default -> replaced(bytes, at, Math.min(bytes.length, at + 1), new byte[] {(byte) random.nextInt(256)});
        };
    }

    private static byte[] replaced(byte[] bytes, int from, int to, byte[] by) {
        int length = bytes.length - (to - from) + by.length;
        if (length > MAX_CASE_BYTES) {
            return bytes.clone();
        }
        return ByteBuffer.allocate(length)
                .put(bytes, 0, from)
                .put(by)
                .put(bytes, to, bytes.length - to)
                .array();
    }
}
