package org.modelmerge.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.modelmerge.error.MergeException;

/// Small transactions whose targets are easy to tell apart: wholly old, wholly new, or absent.
enum TransactionScenario {
    NEW_FILE(false, "model.safetensors", false),
    REPLACED_FILE(true, "model.safetensors", false),
    NEW_FOLDER(false, "merged", false),
    REPLACED_FOLDER(true, "merged", false),
    NEW_FOLDER_AND_REPORT(false, "merged", true),
    REPLACED_FOLDER_AND_REPORT(true, "merged", true);

    private static final Map<String, String> OLD_FOLDER = Map.of("model.safetensors", "old weights", "notes", "mine");
    private static final Map<String, String> NEW_FOLDER_FILES = Map.of("model.safetensors", "new weights");

    private final boolean force;
    private final String model;
    private final boolean withReport;

    TransactionScenario(boolean force, String model, boolean withReport) {
        this.force = force;
        this.model = model;
        this.withReport = withReport;
    }

    private List<String> targets() {
        return withReport ? List.of(model, "reports/merged.json") : List.of(model);
    }

    /// Makes the folders and, if the scenario replaces something, the old outputs.
    void prepare(Path root) throws IOException {
        Files.createDirectories(root.resolve("reports"));
        if (!force) {
            return;
        }
        for (String target : targets()) {
            Path path = root.resolve(target);
            if (isFolder(target)) {
                Files.createDirectory(path);
                for (Map.Entry<String, String> file : OLD_FOLDER.entrySet()) {
                    Files.writeString(path.resolve(file.getKey()), file.getValue());
                }
            } else {
                Files.writeString(path, "old");
            }
        }
    }

    /// The transaction.
    void run(Storage storage, Path root) throws MergeException {
        try (OutputTransaction out = OutputTransaction.begin(storage, force)) {
            for (String target : targets()) {
                if (isFolder(target)) {
                    Path folder = out.stageFolder(root.resolve(target));
                    for (Map.Entry<String, String> file : NEW_FOLDER_FILES.entrySet()) {
                        write(storage, folder.resolve(file.getKey()), file.getValue());
                    }
                } else {
                    write(storage, out.stageFile(root.resolve(target)), "new");
                }
            }
            out.publish();
        }
    }

    /// What the next run does first: it reserves the same targets. It publishes nothing.
    void nextRun(Path root) throws MergeException {
        try (OutputTransaction out = OutputTransaction.begin(LocalStorage.INSTANCE, true)) {
            for (String target : targets()) {
                Path path = root.resolve(target);
                if (isFolder(target)) {
                    out.stageFolder(path);
                } else {
                    out.stageFile(path);
                }
            }
        }
    }

    /// Every target is what it was before.
    void assertAllOld(Path root) throws IOException {
        for (String target : targets()) {
            assertThat(state(root.resolve(target))).isEqualTo(force ? State.OLD : State.ABSENT);
        }
    }

    /// Every target is new.
    void assertAllNew(Path root) throws IOException {
        for (String target : targets()) {
            assertThat(state(root.resolve(target))).isEqualTo(State.NEW);
        }
    }

    /// Every target is what it was before or new, and none is in between.
    void assertEachOldOrNew(Path root) throws IOException {
        for (String target : targets()) {
            assertThat(state(root.resolve(target))).isIn(force ? State.OLD : State.ABSENT, State.NEW);
        }
    }

    /// No target is something between old and new; an old one may be away for the moment.
    void assertNonePartial(Path root) throws IOException {
        for (String target : targets()) {
            assertThat(state(root.resolve(target))).isNotEqualTo(State.PARTIAL);
        }
    }

    /// No hidden file or folder is left beside the targets.
    static void assertNothingLeft(Path root) throws IOException {
        try (Stream<Path> tree = Files.walk(root)) {
            assertThat(tree.map(path -> path.getFileName().toString())).noneMatch(name -> name.startsWith("."));
        }
    }

    private enum State {
        ABSENT,
        OLD,
        NEW,
        PARTIAL
    }

    private static State state(Path target) throws IOException {
        if (!Files.exists(target)) {
            return State.ABSENT;
        }
        if (Files.isDirectory(target)) {
            Map<String, String> content = new TreeMap<>();
            try (Stream<Path> files = Files.list(target)) {
                for (Path file : files.toList()) {
                    content.put(file.getFileName().toString(), Files.readString(file));
                }
            }
            return stateOf(content, OLD_FOLDER, NEW_FOLDER_FILES);
        }
        return stateOf(Files.readString(target), "old", "new");
    }

    private static <T> State stateOf(T content, T whenOld, T whenNew) {
        if (content.equals(whenOld)) {
            return State.OLD;
        }
        return content.equals(whenNew) ? State.NEW : State.PARTIAL;
    }

    private static boolean isFolder(String target) {
        return !target.contains(".");
    }

    static void write(Storage storage, Path file, String text) throws MergeException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        try (ShardSink sink = storage.create(file)) {
            sink.write(ByteBuffer.wrap(bytes), 0);
            sink.force(bytes.length);
        }
    }
}
