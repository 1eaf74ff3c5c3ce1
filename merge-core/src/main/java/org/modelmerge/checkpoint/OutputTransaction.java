package org.modelmerge.checkpoint;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.error.Printable;

/// Outputs that appear whole under their final names, or not at all.
///
/// ```java
/// try (OutputTransaction out = OutputTransaction.begin(storage, force)) {
///     Path file = out.stageFile(target);
///     // create, write and force the file through the storage
///     out.publish();
/// }
/// ```
///
/// Each output is built in a hidden staging folder beside its target, so that publishing is a rename. An error
/// before or during [#publish()] leaves every target as it was, and so do SIGINT and SIGTERM; a publish that has
/// begun is completed before they end the process. After SIGKILL or a power loss each target is whole, old or new
/// (some may be old and others new), and the next transaction for the same target clears what is left.
///
/// Safe for use by several threads at once. Other processes that write the same targets never mix their bytes with
/// ours: the last one to publish wins if forced, the first one if not.
public final class OutputTransaction implements AutoCloseable {
    private final Storage storage;
    private final boolean force;
    private final Thread cleanUpAtExit = new Thread(this::shutDown, "modelmerge-output-cleanup");
    private final List<Staging> stagings = new ArrayList<>();
    private State state = State.OPEN;

    private enum State {
        OPEN,
        PUBLISHED,
        SHUT_DOWN,
        CLOSED
    }

    private OutputTransaction(Storage storage, boolean force) {
        this.storage = storage;
        this.force = force;
    }

    /// Begins a transaction without outputs.
    ///
    /// @param force true to replace what stands at the targets
    /// @throws MergeException `CANCELLED` if the process is ending
    public static OutputTransaction begin(Storage storage, boolean force) throws MergeException {
        OutputTransaction transaction = new OutputTransaction(storage, force);
        try {
            Runtime.getRuntime().addShutdownHook(transaction.cleanUpAtExit);
        } catch (IllegalStateException e) {
            throw MergeException.of(ErrorCode.CANCELLED, "the process is ending", e);
        }
        return transaction;
    }

    /// Checks that an output could be reserved, without reserving or writing anything.
    ///
    /// @throws MergeException as [#stageFile(Path)] and [#stageFolder(Path)], as far as looking can tell
    public static void check(Storage storage, Path target, boolean isFolder, boolean force) throws MergeException {
        OutputTarget.of(storage, target, isFolder, force).requireReplaceable(storage);
    }

    /// Reserves a file output.
    ///
    /// @param target the final name; its folder must exist
    /// @return where to create the file, through the storage
    /// @throws MergeException `OUTPUT_EXISTS` if something stands there that may not be replaced, `NOT_FOUND` or
    ///     `PERMISSION` if the folder is missing or unwritable, `USAGE` if it is the same as another output or
    ///     inside it
    public Path stageFile(Path target) throws MergeException {
        return stage(target, false);
    }

    /// Reserves a folder output.
    ///
    /// An existing folder is replaced only if it is empty or has the look of a model folder: a `*.safetensors`,
    /// `merge-recipe.yaml` or `twin.json` in it.
    ///
    /// @param target the final name; the folder around it must exist
    /// @return an empty folder to fill, through the storage
    /// @throws MergeException as [#stageFile(Path)]
    public Path stageFolder(Path target) throws MergeException {
        return stage(target, true);
    }

    private synchronized Path stage(Path target, boolean isFolder) throws MergeException {
        requireOpen();
        OutputTarget output = OutputTarget.of(storage, target, isFolder, force);
        for (Staging other : stagings) {
            output.requireApartFrom(other.target());
        }
        Leftovers.clear(storage, output);
        output.requireReplaceable(storage);
        Staging staging = Staging.create(storage, output);
        stagings.add(staging);
        return staging.content();
    }

    /// The same failure in terms of what the user asked for: where it names a staged file, the result names the
    /// output or the part of it that was being written.
    public synchronized MergeException inOutputs(MergeException failure) {
        return failure.renamed(file -> {
            for (Staging staging : stagings) {
                String name = staging.publicName(file);
                if (name != null) {
                    return name;
                }
            }
            return file;
        });
    }

    /// Gives all outputs their final names, in the order they were staged, and forces the names to the device.
    ///
    /// Every file must have been written and forced before. If one output cannot be published, those before it are
    /// taken back.
    ///
    /// @throws MergeException `CANCELLED` if the process is ending, `OUTPUT_EXISTS` if a name was taken meanwhile,
    ///     or the system's refusal
    public synchronized void publish() throws MergeException {
        requireOpen();
        Publication publication = new Publication(storage);
        try {
            for (Staging staging : stagings) {
                publication.publish(staging);
            }
            publication.forceNames();
        } catch (MergeException e) {
            List<Path> kept = publication.takeBack(e);
            throw kept.isEmpty() ? e : e.withHint("what stood there before is kept in " + shown(kept));
        } catch (RuntimeException | Error e) {
            publication.takeBack(e);
            throw e;
        }
        state = State.PUBLISHED;
    }

    private static String shown(List<Path> paths) {
        return paths.stream().map(path -> Printable.text(path.toString())).collect(Collectors.joining(", "));
    }

    private void requireOpen() throws MergeException {
        if (state == State.SHUT_DOWN) {
            throw MergeException.of(ErrorCode.CANCELLED, "the process is ending");
        }
        if (state != State.OPEN) {
            throw new IllegalStateException("the transaction is " + state);
        }
    }

    private synchronized void shutDown() {
        try {
            removeStagings();
        } catch (MergeException _) {
            // Nobody is left to be told; the next run removes what this one could not.
        }
        state = State.SHUT_DOWN;
    }

    /// Removes what was not published, replaced outputs, and the staging folders; idempotent.
    ///
    /// @throws MergeException if something could not be removed; what was published stays
    @Override
    public void close() throws MergeException {
        try {
            Runtime.getRuntime().removeShutdownHook(cleanUpAtExit);
        } catch (IllegalStateException _) {
            // The process is ending: the hook runs already, and whoever comes second finds nothing to remove.
        }
        synchronized (this) {
            state = State.CLOSED;
            removeStagings();
        }
    }

    private void removeStagings() throws MergeException {
        MergeException failure = null;
        for (Staging staging : stagings.reversed()) {
            try {
                staging.remove(storage);
            } catch (MergeException e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        stagings.clear();
        if (failure != null) {
            throw failure;
        }
    }
}
