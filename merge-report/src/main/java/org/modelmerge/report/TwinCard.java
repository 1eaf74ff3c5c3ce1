package org.modelmerge.report;

import java.util.Locale;
import org.modelmerge.report.MergeReport.Input;
import org.modelmerge.twin.TwinManifest;
import org.modelmerge.twin.TwinManifest.Expert;

/// The README.md of a Twin folder: what is in it, what it is made of, and how to use, check and repeat it.
final class TwinCard {
    private TwinCard() {}

    /// The card, in the form that the Hugging Face hub reads; it names no library, since none loads a Twin folder.
    static String of(MergeReport report, TwinManifest manifest) {
        StringBuilder card = new StringBuilder("---\nbase_model:\n");
        report.inputs().stream().map(Input::file).distinct().forEach(file -> card.append("  - ")
                .append(YamlText.text(file))
                .append('\n'));
        card.append("base_model_relation: merge\ntags:\n  - merge\n  - modelmerge\n  - twin\n---\n\n# ");
        card.append(Markdown.text(report.output())).append("\n\n");
        card.append("A Twin folder, made by modelmerge ").append(report.version());
        card.append(
                ": one shared expert and, per task, what its expert has beyond it, compressed. No library loads it as");
        card.append(" a model; `merge twin compose` makes one of it.\n");
        files(card, manifest);
        card.append("\n## Use\n\n");
        card.append(Markdown.fenced("sh", use(manifest)));
        ModelCard.method(card, report.method());
        ModelCard.inputs(card, report);
        card.append("\n## Recipe\n\n").append(Markdown.fenced("yaml", RecipeFile.write(Recipe.of(report))));
        ModelCard.reproduce(card, report);
        return card.toString();
    }

    private static void files(StringBuilder card, TwinManifest manifest) {
        card.append("\n| file | what | bytes | energy kept |\n|---|---|---:|---:|\n");
        card.append("| `").append(TwinManifest.SHARED_FILE).append("` | the shared expert, a full checkpoint | ");
        card.append(manifest.shared().sizeBytes()).append(" | |\n");
        for (int task = 0; task < manifest.experts().size(); task++) {
            Expert expert = manifest.experts().get(task);
            card.append("| ").append(Markdown.text(expert.part().file()));
            card.append(" | the exclusive expert of ").append(Markdown.text(expert.task()));
            card.append(" | ").append(expert.part().sizeBytes());
            card.append(String.format(Locale.ROOT, " | %.2f%% |\n", 100 * manifest.energyKept(task)));
        }
        card.append(String.format(
                Locale.ROOT,
                "\nTogether %.1f%% of the %d models.\n",
                100.0 * manifest.storedBytes() / manifest.replacedBytes(),
                manifest.experts().size()));
    }

    /// In this folder.
    private static String use(TwinManifest manifest) {
        int tasks = manifest.experts().size();
        StringBuilder weights = new StringBuilder("1");
        for (int task = 1; task < tasks; task++) {
            weights.append(",0");
        }
        return "merge twin inspect .\nmerge twin compose . --weights " + weights + " -o OUT\n";
    }
}
