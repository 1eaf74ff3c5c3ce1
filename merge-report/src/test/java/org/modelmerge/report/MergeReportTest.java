package org.modelmerge.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.modelmerge.engine.MergePlan.CopyReason;
import org.modelmerge.report.MergeReport.Input;
import org.modelmerge.report.MergeReport.TensorCounts;

class MergeReportTest {
    @Test
    void keepsOnlyTheLastComponentsOfPaths() {
        MergeReport report = TinyMerge.report();

        assertThat(report.output()).isEqualTo("out.safetensors");
        assertThat(report.inputs()).extracting(Input::file).containsExactly("base", "a.safetensors", "b.safetensors");
    }

    @Test
    void namesAPathThatNamesNothingAfterItsRole() {
        assertThat(LastComponent.of(".", "base")).isEqualTo("base");
        assertThat(LastComponent.of("..", "base")).isEqualTo("base");
        assertThat(LastComponent.of("/", "base")).isEqualTo("base");
        assertThat(LastComponent.of("", "base")).isEqualTo("base");
        assertThat(LastComponent.of("a/./b//", "base")).isEqualTo("b");
    }

    @Test
    void countsEachTensorOnce() {
        MergeReport report = TinyMerge.report();

        assertThat(report.tensors()).isEqualTo(new TensorCounts(1, 1, 1));
        assertThat(report.copied()).isEqualTo(Map.of(CopyReason.INTEGER, List.of("ids")));
        assertThat(report.dropped()).containsExactly("extra");
        assertThat(report.elements()).isEqualTo(2);
        assertThat(report.tasks()).containsExactly("a", "b");
    }

    @Test
    void takesOneMoreFileInNameOrder() {
        MergeReport report = TinyMerge.report().withFile("merge-recipe.yaml", TinyMerge.OTHER_HEX);

        assertThat(report.sha256())
                .containsExactly(
                        Map.entry("merge-recipe.yaml", TinyMerge.OTHER_HEX),
                        Map.entry("out.safetensors", TinyMerge.HEX));
    }
}
