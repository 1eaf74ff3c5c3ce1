package org.modelmerge.checkpoint;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;

/// The renames that make outputs visible, each with the step that takes it back.
final class Publication {
    private final Storage storage;
    private final Deque<Undo> done = new ArrayDeque<>();
    private final Set<Path> parents = new LinkedHashSet<>();

    Publication(Storage storage) {
        this.storage = storage;
    }

    private interface Step {
        void run() throws MergeException;
    }

    /// @param restores true if it puts back what stood at the target before
    private record Undo(Staging staging, boolean restores, Step step) {}

    /// Gives one output its final name.
    void publish(Staging staging) throws MergeException {
        OutputTarget target = staging.target();
        parents.add(target.parent());
        if (storage.kind(staging.content()) != (target.isFolder() ? Storage.Kind.FOLDER : Storage.Kind.FILE)) {
            throw MergeException.of(ErrorCode.NOT_FOUND, "the staged output is missing")
                    .inFile(target.path().toString());
        }
        target.requireReplaceable(storage);
        boolean replaces = storage.kind(target.path()) != Storage.Kind.ABSENT;
        if (target.isFolder()) {
            forceFolders(staging.content());
            if (replaces) {
                replaceFolder(staging);
            } else {
                createFolder(staging);
            }
        } else if (replaces) {
            replaceFile(staging);
        } else {
            createFile(staging);
        }
    }

    private void forceFolders(Path folder) throws MergeException {
        for (String name : storage.list(folder)) {
            if (storage.kind(folder.resolve(name)) == Storage.Kind.FOLDER) {
                forceFolders(folder.resolve(name));
            }
        }
        storage.forceFolder(folder);
    }

    private void createFile(Staging staging) throws MergeException {
        Path target = staging.target().path();
        if (staging.target().force()) {
            storage.move(staging.content(), target);
            done.push(new Undo(staging, false, () -> storage.move(target, staging.content())));
            return;
        }
        try {
            storage.link(staging.content(), target);
        } catch (MergeException e) {
            throw taken(e);
        }
        // Not a move back: where both names are links to one file, a rename does nothing.
        done.push(new Undo(staging, false, () -> storage.delete(target)));
    }

    private void replaceFile(Staging staging) throws MergeException {
        Path target = staging.target().path();
        // Where there are no links this moves the old file away, and the name is absent until the next step.
        storage.link(target, staging.replaced());
        done.push(new Undo(staging, true, () -> storage.move(staging.replaced(), target)));
        storage.move(staging.content(), target);
    }

    private void createFolder(Staging staging) throws MergeException {
        Path target = staging.target().path();
        try {
            storage.moveFolder(staging.content(), target);
        } catch (MergeException e) {
            throw taken(e);
        }
        done.push(new Undo(staging, false, () -> storage.moveFolder(target, staging.content())));
    }

    private void replaceFolder(Staging staging) throws MergeException {
        Path target = staging.target().path();
        if (storage.exchange(staging.content(), target)) {
            done.push(new Undo(staging, true, () -> exchangeBack(staging)));
            return;
        }
        storage.moveFolder(target, staging.replaced());
        done.push(new Undo(staging, true, () -> storage.moveFolder(staging.replaced(), target)));
        createFolder(staging);
    }

    private void exchangeBack(Staging staging) throws MergeException {
        if (!storage.exchange(staging.content(), staging.target().path())) {
            throw MergeException.of(ErrorCode.IO, "cannot exchange the names again")
                    .inFile(staging.target().path().toString());
        }
    }

    private static MergeException taken(MergeException failure) {
        return failure.code() == ErrorCode.OUTPUT_EXISTS
                ? failure.withHint("pass --force to replace it, or choose another output")
                : failure;
    }

    /// Forces the new names to the device.
    void forceNames() throws MergeException {
        for (Path parent : parents) {
            storage.forceFolder(parent);
        }
    }

    /// Restores what stood at the targets, the last one first.
    ///
    /// @param cause gains what fails here as suppressed exceptions
    /// @return the staging folders that stay, because what they hold could not be put back
    List<Path> takeBack(Throwable cause) {
        List<Path> kept = new ArrayList<>();
        while (!done.isEmpty()) {
            Undo undo = done.pop();
            try {
                undo.step().run();
            } catch (MergeException e) {
                if (undo.restores()) {
                    kept.add(undo.staging().keep());
                }
                cause.addSuppressed(e);
            }
        }
        return kept;
    }
}
