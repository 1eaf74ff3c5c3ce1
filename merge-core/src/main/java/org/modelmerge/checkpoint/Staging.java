package org.modelmerge.checkpoint;

import java.nio.file.Path;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;

/// The hidden folder in which one output is built: the output, the version it replaces, and a lock that says that a
/// process is at work.
///
/// The lock file is the first thing in the folder and the last, so a folder without one is either empty or not ours.
final class Staging {
    static final String LOCK = "lock";
    static final String CONTENT = "new";
    static final String REPLACED = "old";

    private static final int ATTEMPTS = 100;

    private final OutputTarget target;
    private final Path folder;
    private final Storage.Lock lock;
    private boolean keep;

    private Staging(OutputTarget target, Path folder, Storage.Lock lock) {
        this.target = target;
        this.folder = folder;
        this.lock = lock;
    }

    /// Creates the folder, with an empty one in it if the output is one.
    static Staging create(Storage storage, OutputTarget target) throws MergeException {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Path folder = target.stagingFolder(ThreadLocalRandom.current().nextInt());
            try {
                storage.createFolder(folder);
            } catch (MergeException e) {
                if (e.code() == ErrorCode.OUTPUT_EXISTS) {
                    continue;
                }
                throw MergeException.of(e.code(), "cannot stage the output beside it (" + e.problem() + ")", e)
                        .inFile(target.path().toString());
            }
            Staging staging = fill(storage, target, folder);
            if (staging != null) {
                return staging;
            }
        }
        throw MergeException.of(ErrorCode.IO, "cannot create a staging folder beside it in " + ATTEMPTS + " attempts")
                .inFile(target.path().toString());
    }

    /// Null if another run took the folder for a leftover before it was locked.
    private static @Nullable Staging fill(Storage storage, OutputTarget target, Path folder) throws MergeException {
        Storage.Lock lock = null;
        try {
            lock = storage.tryLock(folder.resolve(LOCK));
            // Not there: we hold the lock of a file that the other run has deleted since.
            if (lock != null && storage.kind(folder.resolve(LOCK)) == Storage.Kind.FILE) {
                if (target.isFolder()) {
                    storage.createFolder(folder.resolve(CONTENT));
                }
                return new Staging(target, folder, lock);
            }
        } catch (MergeException e) {
            if (lock == null && e.code() == ErrorCode.NOT_FOUND) {
                return null;
            }
            removeAfter(e, storage, folder);
            if (lock != null) {
                lock.close();
            }
            throw e;
        }
        if (lock != null) {
            lock.close();
        }
        return null;
    }

    private static void removeAfter(MergeException failure, Storage storage, Path folder) {
        try {
            storage.delete(folder);
        } catch (MergeException e) {
            failure.addSuppressed(e);
        }
    }

    OutputTarget target() {
        return target;
    }

    /// The output while it is built.
    Path content() {
        return folder.resolve(CONTENT);
    }

    /// Where the version waits that the output replaces.
    Path replaced() {
        return folder.resolve(REPLACED);
    }

    /// The name under which the output will hold what is built at `file`, or null if that is not staged here. In
    /// the folder of a file output lies only what becomes that file.
    @Nullable
    String publicName(String file) {
        String separator = folder.getFileSystem().getSeparator();
        String inside = content() + separator;
        if (target.isFolder() && file.startsWith(inside)) {
            return target.path() + separator + file.substring(inside.length());
        }
        return file.startsWith(folder + separator) ? target.path().toString() : null;
    }

    /// Leaves the folder where it is, because it holds the only copy of what stood at the target.
    ///
    /// @return the folder
    Path keep() {
        keep = true;
        return folder;
    }

    /// Removes the folder, unless it is to be kept, and gives up the lock.
    void remove(Storage storage) throws MergeException {
        try {
            if (!keep) {
                removeFolder(storage, folder, lock);
            }
        } finally {
            lock.close();
        }
    }

    /// Removes a staging folder whose lock is held.
    static void removeFolder(Storage storage, Path folder, Storage.Lock lock) throws MergeException {
        try {
            removeAllButLock(storage, folder);
            storage.delete(folder);
        } catch (MergeException _) {
            // A thread that has not heard of the end may have added a file, and Windows deletes no open lock file.
            lock.close();
            removeAllButLock(storage, folder);
            storage.delete(folder);
        }
    }

    private static void removeAllButLock(Storage storage, Path folder) throws MergeException {
        if (storage.kind(folder) != Storage.Kind.FOLDER) {
            return;
        }
        for (String name : storage.list(folder)) {
            if (!name.equals(LOCK)) {
                storage.delete(folder.resolve(name));
            }
        }
    }
}
