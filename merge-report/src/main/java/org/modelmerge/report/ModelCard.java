package org.modelmerge.report;

import java.util.Locale;
import java.util.stream.Collectors;
import org.modelmerge.catalog.Citation;
import org.modelmerge.report.MergeReport.Input;
import org.modelmerge.report.MergeReport.Method;

/// The README.md of an output folder: what the model is made of, how, and how to check and repeat it.
public final class ModelCard {
    private ModelCard() {}

    /// The card, in the form that the Hugging Face hub reads.
    public static String of(MergeReport report) {
        StringBuilder card = new StringBuilder();
        frontMatter(card, report);
        card.append("\n# ").append(Markdown.text(report.output())).append("\n\n");
        introduction(card, report);
        method(card, report.method());
        inputs(card, report);
        card.append("\n## Recipe\n\n").append(Markdown.fenced("yaml", RecipeFile.write(Recipe.of(report))));
        reproduce(card, report);
        return card.toString();
    }

    private static void frontMatter(StringBuilder card, MergeReport report) {
        card.append("---\nbase_model:\n");
        report.inputs().stream().map(Input::file).distinct().forEach(file -> card.append("  - ")
                .append(YamlText.text(file))
                .append('\n'));
        card.append("base_model_relation: merge\nlibrary_name: transformers\ntags:\n  - merge\n  - modelmerge\n  - ");
        card.append(YamlText.text(report.method().name())).append("\n---\n");
    }

    private static void introduction(StringBuilder card, MergeReport report) {
        card.append("This model is a merge of ");
        card.append(report.inputs().stream()
                .skip(1)
                .map(input -> Markdown.text(input.file()))
                .collect(Collectors.joining(", ")));
        card.append(" on the base ")
                .append(Markdown.text(report.inputs().getFirst().file()));
        card.append(", made with ").append(report.method().title()).append(" by modelmerge ");
        card.append(report.version()).append(".\n\n");
        card.append(String.format(
                Locale.ROOT,
                "Tensors merged: %,d (%,d elements); copied from the base: %,d; dropped: %,d.\n",
                report.tensors().merged(),
                report.elements(),
                report.tensors().copied(),
                report.tensors().dropped()));
    }

    static void method(StringBuilder card, Method method) {
        card.append("\n## Method\n\n")
                .append(method.title())
                .append(". ")
                .append(method.summary())
                .append("\n\n");
        card.append(Markdown.fenced("text", method.equation())).append('\n');
        card.append(Markdown.fenced("bibtex", bibtex(method)));
        if (!method.citation().code().isEmpty()) {
            card.append("\nFollows the code of ")
                    .append(method.citation().code())
                    .append(".\n");
        }
    }

    private static String bibtex(Method method) {
        Citation citation = method.citation();
        String key = method.name().replace("-", "") + citation.year();
        String entry = "@misc{" + key + ",\n  author = {" + citation.authors() + "},\n  title = {" + citation.title()
                + "},\n  year = {" + citation.year() + "}";
        return citation.arxiv().isEmpty()
                ? entry + "\n}"
                : entry + ",\n  eprint = {" + citation.arxiv() + "},\n  archivePrefix = {arXiv}\n}";
    }

    static void inputs(StringBuilder card, MergeReport report) {
        card.append("\n## Inputs\n\n| task | file | bytes | SHA-256 of the header |\n|---|---|---:|---|\n");
        for (Input input : report.inputs()) {
            card.append("| ").append(Markdown.text(input.name()));
            card.append(" | ").append(Markdown.text(input.file()));
            card.append(" | ").append(input.sizeBytes());
            card.append(" | `").append(input.headerSha256()).append("` |\n");
        }
    }

    static void reproduce(StringBuilder card, MergeReport report) {
        String experts = report.inputs().size() == 2 ? "EXPERT" : "EXPERT...";
        card.append("\n## Verify and reproduce\n\n| file | SHA-256 |\n|---|---|\n");
        report.sha256().forEach((file, hex) -> card.append("| ")
                .append(Markdown.text(file))
                .append(" | `")
                .append(hex)
                .append("` |\n"));
        card.append("\nThe same inputs give the same bytes. In this folder:\n\n");
        card.append(Markdown.fenced(
                "sh",
                "merge verify . BASE " + experts + "\nmerge run merge-recipe.yaml BASE " + experts + " -o OUT\n"));
    }
}
