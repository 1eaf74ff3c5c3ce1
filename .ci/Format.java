import com.palantir.javaformat.java.Formatter;
import com.palantir.javaformat.java.FormatterException;
import com.palantir.javaformat.java.JavaFormatterOptions;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;

/// Checks or rewrites the layout of every Java source file below a folder.
///
/// The build starts it as a single source file on the toolchain's JDK, because the formatter parses with the javac of
/// the JVM it runs in, and Maven's JVM may be older than the sources.
///
/// `Format check ROOT` names each file that is not formatted and then exits 1; `Format write ROOT` rewrites them.
final class Format {
    private static final Formatter FORMATTER = Formatter.createFormatter(JavaFormatterOptions.builder()
            .style(JavaFormatterOptions.Style.PALANTIR)
            .build());

    private Format() {}

    public static void main(String[] args) throws IOException, FormatterException {
        boolean write = args[0].equals("write");
        Path root = Path.of(args[1]);
        int failureCount = 0;
        for (Path file : sourcesBelow(root)) {
            String source = Files.readString(file);
            String formatted = FORMATTER.formatSourceAndFixImports(source);
            if (formatted.equals(source)) {
                continue;
            }
            if (write) {
                Files.writeString(file, formatted);
                System.out.println("formatted: " + root.relativize(file));
            } else {
                System.err.println("not formatted: " + root.relativize(file));
                failureCount++;
            }
        }
        if (failureCount > 0) {
            System.err.println("hint: run mvn -N -Pformat process-sources");
            System.exit(1);
        }
    }

    private static List<Path> sourcesBelow(Path root) throws IOException {
        List<Path> sources = new ArrayList<>();
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                boolean skipped = folder.endsWith("target") || folder.endsWith(".git");
                return skipped ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                if (file.toString().endsWith(".java")) {
                    sources.add(file);
                }
                return FileVisitResult.CONTINUE;
            }
        });
        sources.sort(null);
        return sources;
    }
}
