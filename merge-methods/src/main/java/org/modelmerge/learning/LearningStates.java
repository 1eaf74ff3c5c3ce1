package org.modelmerge.learning;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.modelmerge.checkpoint.OutputTransaction;
import org.modelmerge.checkpoint.RangeSource;
import org.modelmerge.checkpoint.Storage;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.error.Printable;
import org.modelmerge.json.JsonWriter;
import org.modelmerge.json.StrictJson;

/// The folder of `--state`: what an interrupted run needs to go on, written whole or not at all.
///
/// One process at a time holds the folder.
public final class LearningStates implements AutoCloseable {
    private static final String FILE = "adamerging.json";
    private static final String LOCK = "lock";
    private static final long LARGEST = 1L << 28;

    private final Storage storage;
    private final Path folder;
    private final Storage.Lock lock;

    private LearningStates(Storage storage, Path folder, Storage.Lock lock) {
        this.storage = storage;
        this.folder = folder;
        this.lock = lock;
    }

    /// Opens the folder, and creates it if it is absent.
    ///
    /// @throws MergeException `USAGE` if another process holds it, or as the system refuses
    public static LearningStates open(Storage storage, Path folder) throws MergeException {
        Storage.Kind kind = storage.kind(folder);
        if (kind == Storage.Kind.ABSENT) {
            storage.createFolder(folder);
        } else if (kind != Storage.Kind.FOLDER) {
            throw MergeException.of(ErrorCode.USAGE, "the state needs a folder (got a file)")
                    .inFile(folder.toString());
        }
        Storage.Lock lock = storage.tryLock(folder.resolve(LOCK));
        if (lock == null) {
            throw MergeException.of(ErrorCode.USAGE, "another process keeps its state in this folder")
                    .inFile(folder.toString());
        }
        return new LearningStates(storage, folder, lock);
    }

    /// The state of one run.
    ///
    /// @param fingerprint what the run depends on
    Slot slot(String fingerprint) {
        return new Slot(fingerprint);
    }

    /// Loads and saves the state of one run.
    final class Slot {
        private final String fingerprint;
        private final Path file = folder.resolve(FILE);

        private Slot(String fingerprint) {
            this.fingerprint = fingerprint;
        }

        /// The state that was saved last, null if there is none.
        ///
        /// @throws MergeException `USAGE` if it belongs to another run, `MALFORMED` if it is damaged
        @Nullable
        LearningState load(int coefficients, int tasks, int steps) throws MergeException {
            if (storage.kind(file) == Storage.Kind.ABSENT) {
                return null;
            }
            try {
                Map<?, ?> value = StrictJson.parse(bytes()) instanceof Map<?, ?> map ? map : Map.of();
                if (!(value.get("schema") instanceof Number schema) || schema.doubleValue() != 1) {
                    throw MergeException.of(ErrorCode.MALFORMED, "no state of a learning run (expected schema 1)");
                }
                if (!fingerprint.equals(value.get("fingerprint"))) {
                    throw MergeException.of(
                                    ErrorCode.USAGE,
                                    "the state belongs to other models, samples or options (got "
                                            + Printable.text(String.valueOf(value.get("fingerprint"))) + ", expected "
                                            + fingerprint + ")")
                            .withHint("name another --state folder, or remove this file to begin anew");
                }
                LearningState state = LearningState.of(value, coefficients, tasks);
                if (state.trainer().step() > steps) {
                    throw MergeException.of(
                            ErrorCode.USAGE,
                            "the state is further than this run goes (got "
                                    + state.trainer().step() + " steps, expected at most " + steps + ")");
                }
                return state;
            } catch (MergeException e) {
                throw e.inFile(file.toString());
            }
        }

        private byte[] bytes() throws MergeException {
            try (RangeSource source = storage.open(file)) {
                if (source.size() > LARGEST) {
                    throw MergeException.of(
                            ErrorCode.MALFORMED,
                            "damaged state: got " + source.size() + " bytes, expected at most " + LARGEST);
                }
                byte[] bytes = new byte[(int) source.size()];
                source.read(ByteBuffer.wrap(bytes), 0);
                return bytes;
            }
        }

        /// Replaces the state.
        void save(LearningState state) throws MergeException {
            Map<String, Object> document = new LinkedHashMap<>();
            document.put("schema", 1);
            document.put("fingerprint", fingerprint);
            document.putAll(state.value());
            byte[] bytes = JsonWriter.write(document).getBytes(StandardCharsets.UTF_8);
            try (OutputTransaction transaction = OutputTransaction.begin(storage, true)) {
                storage.write(transaction.stageFile(file), bytes);
                transaction.publish();
            }
        }
    }

    @Override
    public void close() {
        lock.close();
    }
}
