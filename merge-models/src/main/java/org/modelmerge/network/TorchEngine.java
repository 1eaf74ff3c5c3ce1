package org.modelmerge.network;

import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.jni.JniUtils;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.error.Printable;

/// libtorch through DJL, started when it is first needed: 0.6 s, and 3 s more the first time on a machine, when
/// 450 MB of libraries are unpacked.
final class TorchEngine {
    /// Without it DJL asks the network for libraries that are missing, and reports its start to its makers.
    private static final String OFFLINE = "ai.djl.offline";

    /// What libraries are published for.
    private static final String SYSTEM = "Linux amd64";

    /// What DJL says where a library that it would fetch is not on the class path.
    private static final String NOT_FETCHED = "Offline mode is enabled.";

    private static @Nullable Engine started;

    private TorchEngine() {}

    /// A manager of native memory; starts the engine if it does not run.
    ///
    /// @throws MergeException `UNAVAILABLE` if no native library fits this system, or it does not load
    static NDManager newManager() throws MergeException {
        return engine().newBaseManager();
    }

    private static synchronized Engine engine() throws MergeException {
        if (started == null) {
            goOffline();
            started = loading("networks", () -> {
                Engine engine = Engine.getEngine("PyTorch");
                // Batches run side by side instead (BatchWorkers).
                JniUtils.setNumThreads(1);
                return engine;
            });
        }
        return started;
    }

    /// Keeps DJL away from the network, unless the caller has said something else.
    static void goOffline() {
        if (System.getProperty(OFFLINE) == null) {
            System.setProperty(OFFLINE, "true");
        }
    }

    /// What `load` gives, with every way in which a native library can be missing or broken as our exception.
    static <T> T loading(String what, Supplier<T> load) throws MergeException {
        try {
            return load.get();
        } catch (EngineException | IllegalStateException | IllegalArgumentException | LinkageError | AssertionError e) {
            String system = System.getProperty("os.name") + " " + System.getProperty("os.arch");
            throw MergeException.of(
                            ErrorCode.UNAVAILABLE,
                            "no native library for " + what + " loads on this system (got " + Printable.text(system)
                                    + (system.equals(SYSTEM) ? "): " : ", expected one like " + SYSTEM + "): ")
                                    + reason(e),
                            e)
                    .withHint("a release needs its networks-PLATFORM.zip unpacked over it; if the home folder cannot be"
                            + " written, set DJL_CACHE_DIR to a folder that can; all else works without networks");
        }
    }

    private static String reason(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        String message = cause.getMessage();
        if (NOT_FETCHED.equals(message)) {
            return "it is not installed";
        }
        return message == null ? "no reason given" : Printable.text(message);
    }
}
