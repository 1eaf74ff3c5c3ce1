package org.modelmerge.samples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.modelmerge.catalog.MethodCatalog;
import org.modelmerge.catalog.MethodEntry;

/// The documents against the code that they speak of.
final class DocumentsTest {
    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]+)\\)");

    @Test
    void everyMethodHasAPageWithParametersDefaultsAndSource() throws IOException {
        for (MethodEntry entry : MethodCatalog.entries()) {
            String page = read("docs/methods/" + entry.name() + ".md");
            assertThat(page).startsWith("# " + entry.name() + ": ");
            assertThat(page)
                    .contains("arxiv.org/abs/" + entry.citation().arxiv())
                    .containsIgnoringWhitespaces(entry.citation().code())
                    .containsIgnoringWhitespaces(entry.citation().title());
            for (MethodEntry.Parameter parameter : entry.parameters()) {
                String row = page.lines()
                        .filter(line -> line.startsWith("| `--" + parameter.name()))
                        .findFirst()
                        .orElse("");
                assertThat(row).as("--%s of %s", parameter.name(), entry.name()).isNotEmpty();
                if (!parameter.defaultValue().equals("false")) {
                    assertThat(row).contains(parameter.defaultValue());
                }
            }
        }
    }

    @Test
    void everyMethodPageAndTheTableOfTheReadmeNameAMethod() throws IOException {
        List<String> names =
                MethodCatalog.entries().stream().map(MethodEntry::name).toList();
        List<String> pages = new ArrayList<>();
        try (Stream<Path> files = Files.list(ROOT.resolve("docs/methods"))) {
            files.forEach(file -> pages.add(file.getFileName().toString().replace(".md", "")));
        }
        assertThat(pages).containsExactlyInAnyOrderElementsOf(names);
        assertThat(read("README.md").lines())
                .filteredOn(line -> line.startsWith("| [`"))
                .extracting(line -> line.replaceFirst("\\| \\[`([a-z-]+)`.*", "$1"))
                .containsExactlyElementsOf(names);
    }

    @Test
    void theWalkThroughShowsTheMethodAsItIs() throws IOException {
        String source = read("samples/src/main/java/org/modelmerge/samples/OwnMethod.java");
        int start = source.indexOf("    /// The mean of the task vectors");
        String method =
                source.substring(start, source.lastIndexOf('}')).stripTrailing().stripIndent();
        assertThat(read("CONTRIBUTING.md")).contains(method);
    }

    @Test
    void linksLeadToFilesThatExist() throws IOException {
        List<String> broken = new ArrayList<>();
        for (Path document : documents()) {
            for (MatchResult link :
                    LINK.matcher(Files.readString(document)).results().toList()) {
                if (!Files.exists(document.resolveSibling(link.group(1)))) {
                    broken.add(ROOT.relativize(document) + ": " + link.group(1));
                }
            }
        }
        assertThat(broken).isEmpty();
    }

    private static List<Path> documents() throws IOException {
        List<Path> documents = new ArrayList<>();
        try (Stream<Path> top = Files.list(ROOT);
                Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
            Stream.of(top, docs, Stream.of(ROOT.resolve("samples/README.md")))
                    .flatMap(paths -> paths)
                    .filter(path -> path.toString().endsWith(".md"))
                    .forEach(documents::add);
        }
        assertThat(documents).hasSizeGreaterThan(10);
        return documents;
    }

    private static String read(String file) throws IOException {
        return Files.readString(ROOT.resolve(file));
    }
}
