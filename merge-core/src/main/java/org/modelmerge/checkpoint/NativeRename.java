package org.modelmerge.checkpoint;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/// Linux's `renameat2`, which Java does not reach: exchange two names, or rename without replacing.
///
/// It is used only where native access was granted to this module (`--enable-native-access`), so that the JVM never
/// prints its warning. False means that nothing happened, whatever the reason; the caller's portable way then works or
/// reports the reason.
final class NativeRename {
    // From linux/fs.h and fcntl.h; the same on every architecture.
    private static final int RENAME_NOREPLACE = 1;
    private static final int RENAME_EXCHANGE = 2;
    private static final int AT_FDCWD = -100;

    private static final @Nullable MethodHandle RENAMEAT2 = find();

    private NativeRename() {}

    static boolean exchange(Path first, Path second) {
        return rename(first, second, RENAME_EXCHANGE);
    }

    static boolean withoutReplacing(Path source, Path target) {
        return rename(source, target, RENAME_NOREPLACE);
    }

    private static boolean rename(Path source, Path target, int flags) {
        if (RENAMEAT2 == null || !isSystemPath(source) || !isSystemPath(target)) {
            return false;
        }
        try (Arena arena = Arena.ofConfined()) {
            int result = (int) RENAMEAT2.invokeExact(
                    AT_FDCWD, systemPath(source, arena), AT_FDCWD, systemPath(target, arena), flags);
            return result == 0;
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("a native call cannot throw", e);
        }
    }

    /// False for paths inside of archives and the like.
    private static boolean isSystemPath(Path path) {
        return path.getFileSystem().equals(FileSystems.getDefault());
    }

    // The signature below is that of the manual page renameat2(2).
    @SuppressWarnings("restricted")
    private static @Nullable MethodHandle find() {
        if (!System.getProperty("os.name", "").equals("Linux")
                || !NativeRename.class.getModule().isNativeAccessEnabled()) {
            return null;
        }
        Linker linker = Linker.nativeLinker();
        return linker.defaultLookup()
                .find("renameat2")
                .map(symbol -> linker.downcallHandle(
                        symbol,
                        FunctionDescriptor.of(
                                ValueLayout.JAVA_INT,
                                ValueLayout.JAVA_INT,
                                ValueLayout.ADDRESS,
                                ValueLayout.JAVA_INT,
                                ValueLayout.ADDRESS,
                                ValueLayout.JAVA_INT)))
                .orElse(null);
    }

    /// The path's own bytes, ending with 0. A path's URI escapes exactly these bytes, whereas its text has gone through
    /// the locale's charset and may have lost some.
    private static MemorySegment systemPath(Path path, Arena arena) {
        String escaped = path.toAbsolutePath().toUri().getRawPath();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(escaped.length());
        for (int i = 0; i < escaped.length(); i++) {
            if (escaped.charAt(i) == '%') {
                bytes.write(HexFormat.fromHexDigits(escaped, i + 1, i + 3));
                i += 2;
            } else {
                bytes.write(escaped.charAt(i));
            }
        }
        bytes.write(0);
        return arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes.toByteArray());
    }
}
