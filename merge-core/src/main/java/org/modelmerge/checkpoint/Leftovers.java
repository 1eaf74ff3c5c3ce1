package org.modelmerge.checkpoint;

import java.nio.file.Path;
import java.util.List;
import org.modelmerge.error.MergeException;

/// Clears the staging folders that killed runs left beside a target.
final class Leftovers {
    private Leftovers() {}

    /// Removes the target's staging folders that no process has locked. If a run was killed between taking the old
    /// version away and putting the new one there, the old one returns.
    ///
    /// @throws MergeException if an old version cannot be put back
    static void clear(Storage storage, OutputTarget target) throws MergeException {
        for (String name : storage.list(target.parent())) {
            if (target.isStagingName(name)) {
                clear(storage, target, target.path().resolveSibling(name));
            }
        }
    }

    private static void clear(Storage storage, OutputTarget target, Path folder) throws MergeException {
        Storage.Lock lock;
        try {
            if (storage.kind(folder.resolve(Staging.LOCK)) == Storage.Kind.ABSENT) {
                // Killed before it took its lock, or about to take it; then it notices and takes another folder.
                if (storage.list(folder).isEmpty()) {
                    storage.delete(folder);
                }
                return;
            }
            lock = storage.tryLock(folder.resolve(Staging.LOCK));
        } catch (MergeException _) {
            return; // Another user's, or just removed by its owner: in either case none of our business.
        }
        if (lock == null) {
            return;
        }
        try (lock) {
            restore(storage, target, folder);
            remove(storage, folder, lock);
        }
    }

    private static void restore(Storage storage, OutputTarget target, Path folder) throws MergeException {
        // The new version leaves the staging folder in the moment it becomes visible: while it is here and the target
        // is not there, the replacement was not finished. Names are looked for, because what they stand for may be a
        // link that leads nowhere from here.
        List<String> names = storage.list(folder);
        boolean unfinished = names.contains(Staging.REPLACED) && names.contains(Staging.CONTENT);
        if (unfinished && storage.kind(target.path()) == Storage.Kind.ABSENT) {
            Path replaced = folder.resolve(Staging.REPLACED);
            if (storage.kind(replaced) == Storage.Kind.FILE) {
                storage.link(replaced, target.path());
            } else {
                storage.moveFolder(replaced, target.path());
            }
        }
    }

    private static void remove(Storage storage, Path folder, Storage.Lock lock) {
        try {
            Staging.removeFolder(storage, folder, lock);
        } catch (MergeException _) {
            // It takes space but harms nobody; that is no reason to refuse this run, and the next one tries again.
        }
    }
}
