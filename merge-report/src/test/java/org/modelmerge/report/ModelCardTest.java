package org.modelmerge.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ModelCardTest {
    private static final String CARD =
            ModelCard.of(TinyMerge.report().withFile("merge-recipe.yaml", TinyMerge.OTHER_HEX));

    @Test
    void startsWithWhatTheHubReads() {
        assertThat(CARD).startsWith("""
            ---
            base_model:
              - base
              - a.safetensors
              - b.safetensors
            base_model_relation: merge
            library_name: transformers
            tags:
              - merge
              - modelmerge
              - task-arithmetic
            ---

            # out.safetensors

            This model is a merge of a.safetensors, b.safetensors on the base base, made with Task Arithmetic by modelmerge 0.1.0.

            Tensors merged: 1 (2 elements); copied from the base: 1; dropped: 1.
            """);
    }

    @Test
    void givesTheEquationAndThePaper() {
        assertThat(CARD)
                .contains("```text\nout = base + sum_i lambda * tau_i\n```\n")
                .contains("""
                    ```bibtex
                    @misc{taskarithmetic2023,
                      author = {Ilharco et al.},
                      title = {Editing Models},
                      year = {2023},
                      eprint = {2212.04089},
                      archivePrefix = {arXiv}
                    }
                    ```
                    """);
    }

    @Test
    void holdsTheRecipeOfTheFolder() {
        assertThat(CARD).contains("```yaml\n" + RecipeFile.write(Recipe.of(TinyMerge.report())) + "```\n");
    }

    @Test
    void listsInputsAndOutputsWithTheirHashes() {
        assertThat(CARD)
                .contains("| a | a.safetensors | 160 | `" + TinyMerge.OTHER_HEX + "` |")
                .contains("| out.safetensors | `" + TinyMerge.HEX + "` |")
                .contains("| merge-recipe.yaml | `" + TinyMerge.OTHER_HEX + "` |");
    }

    @Test
    void saysHowToVerifyAndReproduce() {
        assertThat(CARD)
                .contains("merge verify . BASE EXPERT...\n")
                .contains("merge run merge-recipe.yaml BASE EXPERT... -o OUT\n");
    }

    @Test
    void letsNoNameBecomeMarkup() {
        String evil = "a|b<script>`c`[x](y)\n# d";
        String card = ModelCard.of(SampleReports.report(List.of(evil), List.of("w"), Map.of(), List.of()));
        int recipe = card.indexOf("## Recipe");

        assertThat(card.substring(0, recipe))
                .contains("a\\|b\\<script\\>\\`c\\`\\[x\\]\\(y\\)\\\\u000a\\# d")
                .doesNotContain("\n# d");
    }

    @Test
    void closesNoFenceFromInside() {
        assertThat(Markdown.fenced("yaml", "a\n````\nb")).isEqualTo("`````yaml\na\n````\nb\n`````\n");
    }
}
