package org.modelmerge.cli.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.modelmerge.catalog.MethodCatalog;
import org.modelmerge.checkpoint.LocalStorage;
import org.modelmerge.checkpoint.NameFilter;
import org.modelmerge.checkpoint.Storage;
import org.modelmerge.engine.MergeObserver;
import org.modelmerge.engine.MergeRequest;
import org.modelmerge.error.MergeException;
import org.modelmerge.report.MergeOrder;
import org.modelmerge.report.MergeSession;
import org.modelmerge.report.TwinSession;

/// Small merges with all their documents, whose outputs are easy to tell apart: wholly old, wholly new, or absent.
enum SessionScenario {
    NEW_FILE("out.safetensors", false),
    NEW_SHARDS("out", false),
    REPLACED_FILE("out.safetensors", true),
    REPLACED_SHARDS("out", true),
    NEW_TWIN("out", false),
    REPLACED_TWIN("out", true);

    private static final long SHARD_BYTES = 30_000;

    private final String output;
    private final boolean replaces;

    SessionScenario(String output, boolean replaces) {
        this.output = output;
        this.replaces = replaces;
    }

    private boolean isFile() {
        return MergeOrder.isFile(Path.of(output));
    }

    /// The final names, in the order in which they are published.
    private List<String> names() {
        return isFile()
                ? List.of(output, "out.report.html", "out.report.json", "recipe.yaml")
                : List.of(output, "recipe.yaml");
    }

    /// Writes the inputs and, if the scenario replaces something, the old outputs.
    void prepare(Path root) throws IOException {
        Samples.model(1, 0).writeSharded(root.resolve("base"), 2);
        Files.writeString(root.resolve("base/config.json"), "{\"torch_dtype\": \"float32\"}\n");
        Samples.model(2, 0).write(root.resolve(Samples.EXPERT_A));
        if (!replaces) {
            return;
        }
        for (String name : names()) {
            if (name.equals("out")) {
                Files.createDirectory(root.resolve(name));
                Files.writeString(root.resolve("out/model.safetensors"), "old");
                Files.writeString(root.resolve("out/notes"), "mine");
            } else {
                Files.writeString(root.resolve(name), "old " + name);
            }
        }
    }

    /// The merge, forced only where the scenario replaces something.
    void run(Storage storage, Path root) throws MergeException {
        run(storage, root, replaces);
    }

    /// What a user does after a failure: the same again, forced, since some outputs may be new already.
    void runAgain(Path root) throws MergeException {
        run(LocalStorage.INSTANCE, root, true);
    }

    private void run(Storage storage, Path root, boolean force) throws MergeException {
        MergeRequest request = new MergeRequest(
                MethodCatalog.create(isTwin() ? "twin" : "ties", Map.of()),
                root.resolve("base"),
                List.of(root.resolve(Samples.EXPERT_A)),
                NameFilter.ALL,
                MergeRequest.Allowed.NOTHING,
                new MergeRequest.OutputForm(null, isFile() ? output : null, SHARD_BYTES),
                new MergeRequest.Limits(1, 0, 1 << 16),
                true,
                MergeRequest.Hashing.EVERYTHING,
                storage);
        MergeOrder order =
                new MergeOrder(request, root.resolve(output), force, true, null, root.resolve("recipe.yaml"), null);
        if (isTwin()) {
            try (TwinSession session = TwinSession.open(order)) {
                TwinSession.Outcome _ = session.run(MergeObserver.NONE);
            }
            return;
        }
        try (MergeSession session = MergeSession.open(order)) {
            session.run(MergeObserver.NONE);
        }
    }

    private boolean isTwin() {
        return this == NEW_TWIN || this == REPLACED_TWIN;
    }

    /// What the outputs hold, by final name; absent names are left out.
    Map<String, Map<String, String>> outputs(Path root) throws IOException {
        Map<String, Map<String, String>> outputs = new LinkedHashMap<>();
        for (String name : names()) {
            Path path = root.resolve(name);
            if (Files.isDirectory(path)) {
                outputs.put(name, Samples.contents(path));
            } else if (Files.exists(path)) {
                outputs.put(name, new TreeMap<>(Map.of("", Samples.sha256(path))));
            }
        }
        return outputs;
    }

    /// What the outputs hold before a merge and after one that nothing disturbs.
    record Expected(Map<String, Map<String, String>> before, Map<String, Map<String, String>> whenDone) {}

    /// Merges undisturbed, in an empty folder.
    Expected expected(Path root) throws IOException, MergeException {
        prepare(root);
        Map<String, Map<String, String>> before = outputs(root);
        run(LocalStorage.INSTANCE, root);
        Expected expected = new Expected(before, outputs(root));
        assertThat(expected.whenDone()).containsOnlyKeys(names()).isNotEqualTo(before);
        return expected;
    }

    /// Each final name holds the whole old or the whole new thing.
    void assertEachOldOrNew(Path root, Expected expected) throws IOException {
        Map<String, Map<String, String>> now = outputs(root);
        for (String name : names()) {
            assertThat(now.get(name))
                    .as(name)
                    .isIn(expected.before().get(name), expected.whenDone().get(name));
        }
    }

    /// No hidden file or folder is left anywhere.
    static void assertNothingLeft(Path root) throws IOException {
        try (Stream<Path> tree = Files.walk(root)) {
            assertThat(tree.map(path -> path.getFileName().toString())).noneMatch(name -> name.startsWith("."));
        }
    }
}
