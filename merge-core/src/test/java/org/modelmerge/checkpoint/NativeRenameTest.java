package org.modelmerge.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.modelmerge.error.MergeException;
import org.modelmerge.testing.ChildJvm;

/// In child JVMs, because native access is granted to a process as a whole.
@EnabledOnOs(OS.LINUX)
final class NativeRenameTest {
    @TempDir
    Path folder;

    /// The child: tells what the system did with the folders `first %41` and `second`.
    static final class Child {
        private Child() {}

        public static void main(String[] arguments) throws MergeException, IOException {
            Path first = Files.createDirectory(Path.of(arguments[0], "first %41"));
            Path second = Files.createDirectory(Path.of(arguments[0], "second"));
            Path free = Path.of(arguments[0], "free");
            Files.createFile(first.resolve("from-first"));
            System.out.println(LocalStorage.INSTANCE.exchange(first, second));
            System.out.println(Files.exists(second.resolve("from-first")));
            System.out.println(NativeRename.withoutReplacing(second, first));
            System.out.println(NativeRename.withoutReplacing(second, free));
            System.out.println(Files.exists(free.resolve("from-first")));
            System.out.println(LocalStorage.INSTANCE.exchange(free, second));
            Path source = Files.createDirectory(Path.of(arguments[0], "source"));
            Path empty = Files.createDirectory(Path.of(arguments[0], "empty"));
            try {
                LocalStorage.INSTANCE.moveFolder(source, empty);
            } catch (MergeException e) {
                System.out.println(e.code());
            }
        }
    }

    @Test
    void exchangesAndNeverReplacesWhereNativeAccessIsGranted() throws Exception {
        ChildJvm jvm = new ChildJvm("--enable-native-access=ALL-UNNAMED");

        ChildJvm.Result child = jvm.run(Child.class, folder);

        assertThat(child.output().lines())
                .containsExactly("true", "true", "false", "true", "true", "false", "OUTPUT_EXISTS");
    }

    /// The child: moves files to new names, as where there are no links, while a thread looks for empty ones.
    static final class WatchedChild {
        private static final int MOVES = 300;

        private WatchedChild() {}

        public static void main(String[] arguments) throws Exception {
            Path folder = Path.of(arguments[0]);
            AtomicBoolean sawEmpty = new AtomicBoolean();
            AtomicInteger current = new AtomicInteger();
            Thread watcher = new Thread(() -> {
                while (current.get() < MOVES) {
                    File name = folder.resolve("name-" + current.get()).toFile();
                    if (name.exists() && name.length() == 0) {
                        sawEmpty.set(true);
                    }
                }
            });
            watcher.start();
            for (int i = 0; i < MOVES; i++) {
                Path file = Files.writeString(folder.resolve("file"), "data");
                LocalStorage.INSTANCE.moveWithoutLink(file, folder.resolve("name-" + i));
                current.set(i + 1);
            }
            watcher.join();
            System.out.println(sawEmpty);
            Path file = Files.writeString(folder.resolve("file"), "other");
            try {
                LocalStorage.INSTANCE.moveWithoutLink(file, folder.resolve("name-0"));
            } catch (MergeException e) {
                System.out.println(e.code() + " " + Files.readString(folder.resolve("name-0")));
            }
        }
    }

    @Test
    void showsNoEmptyFileWhereThereAreNoLinks() throws Exception {
        ChildJvm jvm = new ChildJvm("--enable-native-access=ALL-UNNAMED");

        ChildJvm.Result child = jvm.run(WatchedChild.class, folder);

        assertThat(child.output().lines()).containsExactly("false", "OUTPUT_EXISTS data");
    }

    @Test
    void doesNothingAndPrintsNoWarningWhereItIsNot() throws Exception {
        ChildJvm.Result child = new ChildJvm().run(Child.class, folder);

        assertThat(child.output().lines())
                .containsExactly("false", "false", "false", "false", "false", "false", "OUTPUT_EXISTS");
    }
}
