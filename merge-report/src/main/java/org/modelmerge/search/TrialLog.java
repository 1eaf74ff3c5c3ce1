package org.modelmerge.search;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.modelmerge.checkpoint.RangeSource;
import org.modelmerge.checkpoint.ShardSink;
import org.modelmerge.checkpoint.Storage;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.error.Printable;
import org.modelmerge.json.JsonWriter;
import org.modelmerge.json.StrictJson;

/// The trials of a search, a JSON line each, forced to the device before the next begins: `search.jsonl` in a folder.
///
/// The first line holds what the search depends on. A log of another search is refused. A last line that a crash cut
/// short is dropped, and its trial comes again.
public final class TrialLog implements AutoCloseable {
    /// The name of the log in its folder.
    public static final String NAME = "search.jsonl";

    private static final String NEW_NAME = "search.jsonl.new";
    private static final String LOCK_NAME = "search.lock";
    private static final long LARGEST = 1L << 30;
    private static final String SETTINGS = "search";

    private final @Nullable Path file;
    private final @Nullable ShardSink sink;
    private final Storage.@Nullable Lock lock;
    private final List<Trial> recorded;
    private long size;

    private TrialLog(
            @Nullable Path file,
            @Nullable ShardSink sink,
            Storage.@Nullable Lock lock,
            List<Trial> recorded,
            long size) {
        this.file = file;
        this.sink = sink;
        this.lock = lock;
        this.recorded = recorded;
        this.size = size;
    }

    /// A log that remembers nothing.
    public static TrialLog none() {
        return new TrialLog(null, null, null, List.of(), 0);
    }

    /// Opens the log in a folder, or begins one; a folder that does not exist is made.
    ///
    /// @param settings everything that the scores depend on, in values that JSON has
    /// @throws MergeException `MISMATCH` if the log is of other settings, `MALFORMED` if it is none, `IO` if
    ///     another process uses it, or as the system refuses
    public static TrialLog open(Storage storage, Path folder, Map<String, Object> settings) throws MergeException {
        if (storage.kind(folder) == Storage.Kind.ABSENT) {
            storage.createFolder(folder);
        }
        Storage.Lock lock = storage.tryLock(folder.resolve(LOCK_NAME));
        if (lock == null) {
            throw MergeException.of(ErrorCode.IO, "another process searches with this state")
                    .inFile(folder.toString());
        }
        try {
            return open(storage, folder, settings, lock);
        } catch (MergeException | RuntimeException | Error e) {
            lock.close();
            throw e;
        }
    }

    private static TrialLog open(Storage storage, Path folder, Map<String, Object> settings, Storage.Lock lock)
            throws MergeException {
        Path file = folder.resolve(NAME);
        List<Trial> trials = List.of();
        if (storage.kind(file) != Storage.Kind.ABSENT) {
            try {
                trials = read(storage, file, settings);
            } catch (MergeException e) {
                throw e.inFile(file.toString());
            }
        }
        // Whole lines are written anew and take the old log's place, so that a torn line can never stand in the middle.
        StringBuilder text = new StringBuilder(head(settings)).append('\n');
        trials.forEach(trial -> text.append(TrialLine.of(trial)).append('\n'));
        byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
        Path fresh = folder.resolve(NEW_NAME);
        storage.delete(fresh);
        ShardSink sink = storage.create(fresh);
        try {
            sink.write(ByteBuffer.wrap(bytes), 0);
            sink.force(bytes.length);
            storage.move(fresh, file);
            storage.forceFolder(folder);
            return new TrialLog(file, sink, lock, trials, bytes.length);
        } catch (MergeException | RuntimeException | Error e) {
            sink.close();
            throw e;
        }
    }

    private static String head(Map<String, Object> settings) {
        Map<String, Object> head = new LinkedHashMap<>();
        head.put("schema", 1);
        head.put(SETTINGS, settings);
        return JsonWriter.write(head);
    }

    private static List<Trial> read(Storage storage, Path file, Map<String, Object> settings) throws MergeException {
        List<Trial> trials = new ArrayList<>();
        String text = text(storage, file);
        int whole = text.lastIndexOf('\n') + 1;
        int number = 0;
        for (String line : text.substring(0, whole).lines().toList()) {
            Map<?, ?> members = TrialLine.object(line, number + 1);
            if (number == 0) {
                requireSame(settings, members.get(SETTINGS));
            } else {
                trials.add(TrialLine.trial(members, number));
            }
            number++;
        }
        return trials;
    }

    private static String text(Storage storage, Path file) throws MergeException {
        try (RangeSource source = storage.open(file)) {
            if (source.size() > LARGEST) {
                throw MergeException.of(
                        ErrorCode.MALFORMED,
                        "too large for a log (got " + source.size() + " bytes, expected at most " + LARGEST + ")");
            }
            byte[] bytes = new byte[(int) source.size()];
            source.read(ByteBuffer.wrap(bytes), 0);
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }

    private static void requireSame(Map<String, Object> settings, @Nullable Object logged) throws MergeException {
        if (!(logged instanceof Map<?, ?> old)) {
            throw MergeException.of(ErrorCode.MALFORMED, "is no log of a search: its first line has no settings");
        }
        for (Map.Entry<String, Object> setting : settings.entrySet()) {
            String now = canonical(JsonWriter.write(setting.getValue()));
            String then = JsonWriter.write(old.get(setting.getKey()));
            if (!now.equals(then)) {
                throw MergeException.of(
                                ErrorCode.MISMATCH,
                                "is the log of another search: " + setting.getKey() + " differs (got "
                                        + Printable.text(now) + ", expected " + Printable.text(then) + ")")
                        .withHint("name another folder with --state, or search again as before");
            }
        }
    }

    /// As numbers look once they were read: the log's did, too.
    private static String canonical(String json) throws MergeException {
        return JsonWriter.write(StrictJson.parse(json.getBytes(StandardCharsets.UTF_8)));
    }

    /// The trial of this number, if the log has it.
    ///
    /// @throws MergeException `MISMATCH` if the log has another candidate in its place
    @Nullable
    Trial recorded(int number, Map<String, Object> values) throws MergeException {
        if (number > recorded.size()) {
            return null;
        }
        Trial trial = recorded.get(number - 1);
        String now = JsonWriter.write(values);
        String then = JsonWriter.write(trial.values());
        if (!now.equals(then)) {
            throw MergeException.of(
                            ErrorCode.MISMATCH,
                            "trial " + number + " of the log is another one (got " + then + ", expected " + now + ")")
                    .inFile(String.valueOf(file));
        }
        return trial;
    }

    /// Adds a trial and forces it to the device.
    void add(Trial trial) throws MergeException {
        if (sink == null) {
            return;
        }
        byte[] bytes = (TrialLine.of(trial) + '\n').getBytes(StandardCharsets.UTF_8);
        try {
            sink.write(ByteBuffer.wrap(bytes), size);
            size += bytes.length;
            sink.force(size);
        } catch (MergeException e) {
            throw e.inFile(String.valueOf(file));
        }
    }

    @Override
    public void close() {
        if (sink != null) {
            sink.close();
        }
        if (lock != null) {
            lock.close();
        }
    }
}
