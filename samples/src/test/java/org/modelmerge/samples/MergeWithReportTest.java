package org.modelmerge.samples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;

final class MergeWithReportTest {
    private static final Path BASE = Path.of("ani/ani-1x-0.safetensors");
    private static final List<Path> EXPERTS = List.of(Path.of("ani/ani-1ccx-0.safetensors"));

    @TempDir
    Path temp;

    @Test
    void writesAFileWithItsReportBesideIt() throws MergeException {
        Printed printed = new Printed();

        MergeWithReport.merge(BASE, EXPERTS, temp.resolve("merged.safetensors"), printed.stream());

        assertThat(temp.toFile().list())
                .containsExactlyInAnyOrder("merged.safetensors", "merged.report.html", "merged.report.json");
        assertThat(printed.lines())
                .singleElement()
                .asString()
                .matches("wrote merged.safetensors, SHA-256 [0-9a-f]{64}");
    }

    @Test
    void writesAFolderWithAllDocumentsAndReplacesNone() throws MergeException {
        Path folder = temp.resolve("merged");

        MergeWithReport.merge(BASE, EXPERTS, folder, new Printed().stream());

        assertThat(folder.toFile().list())
                .containsExactlyInAnyOrder(
                        "model.safetensors",
                        "README.md",
                        "merge-recipe.yaml",
                        "merge-report.html",
                        "merge-report.json");
        assertThatThrownBy(() -> MergeWithReport.merge(BASE, EXPERTS, folder, new Printed().stream()))
                .isInstanceOfSatisfying(
                        MergeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.OUTPUT_EXISTS));
    }
}
