package org.modelmerge.report;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.modelmerge.catalog.LearningOptions;
import org.modelmerge.catalog.MethodCatalog;
import org.modelmerge.checkpoint.Checkpoint;
import org.modelmerge.checkpoint.Hashes;
import org.modelmerge.checkpoint.Storage;
import org.modelmerge.engine.MergePlan;
import org.modelmerge.engine.MergeRequest;
import org.modelmerge.engine.MergeResult;
import org.modelmerge.error.MergeException;
import org.modelmerge.evaluation.Evaluation;
import org.modelmerge.json.JsonWriter;
import org.modelmerge.report.Recipe.Source;

/// Writes what belongs to a model besides its weights, into the staged outputs.
final class Documents {
    private static final String RECIPE = "merge-recipe.yaml";
    private static final String CARD = "README.md";

    private final MergeOrder order;
    private final MergePlan plan;
    private final Checkpoint base;
    private final Staged staged;
    private final Storage storage;

    Documents(MergeOrder order, MergePlan plan, Checkpoint base, Staged staged) {
        this.order = order;
        this.plan = plan;
        this.base = base;
        this.staged = staged;
        this.storage = order.merge().storage();
    }

    /// @param result of the merge, whose files are written
    /// @param evaluation of the result, null without one
    /// @param learning of the coefficients, null if they were given
    MergeOutcome write(MergeResult result, @Nullable Evaluation evaluation, @Nullable Learning learning)
            throws MergeException {
        MergeReport report = MergeReport.of(
                plan, result, MethodCatalog.entry(plan.method()), order.output().toString());
        if (evaluation != null) {
            report = report.withEvaluation(evaluation);
        }
        if (learning != null) {
            report = report.withLearning(learning);
        }
        if (!order.isFile()) {
            copySideFiles();
            report = writeTables(report);
            byte[] recipe =
                    SideFiles.write(storage, staged.output().resolve(RECIPE), RecipeFile.write(Recipe.of(report)));
            report = report.withFile(RECIPE, Hashes.of(recipe));
            SideFiles.write(storage, staged.output().resolve(CARD), ModelCard.of(report));
        }
        if (staged.html() != null && staged.json() != null) {
            SideFiles.write(storage, staged.html(), HtmlReport.of(report));
            SideFiles.write(storage, staged.json(), JsonReport.of(report));
        }
        if (staged.recipe() != null && order.recipe() != null) {
            SideFiles.write(storage, staged.recipe(), RecipeFile.write(recipe(order.recipe(), result)));
        }
        if (staged.coefficients() != null) {
            SideFiles.write(storage, staged.coefficients(), JsonWriter.write(table()));
        }
        return new MergeOutcome(report, order.reportAt());
    }

    /// The table of coefficients that the method applied.
    private Map<?, ?> table() {
        if (plan.parameters().get(LearningOptions.COEFFICIENTS) instanceof Map<?, ?> table) {
            return table;
        }
        throw new IllegalStateException(plan.method() + " has no table of coefficients to write");
    }

    /// Tables are files of their own: a recipe stays readable, and the file's hash is the one in the model's header.
    private MergeReport writeTables(MergeReport report) throws MergeException {
        MergeReport withTables = report;
        for (Map.Entry<String, Object> parameter : plan.parameters().entrySet()) {
            if (parameter.getValue() instanceof Map<?, ?> table) {
                String name = Recipe.tableFile(parameter.getKey());
                byte[] bytes = SideFiles.write(storage, staged.output().resolve(name), JsonWriter.write(table));
                withTables = withTables.withFile(name, Hashes.of(bytes));
            }
        }
        return withTables;
    }

    private void copySideFiles() throws MergeException {
        Path folder = base.folder();
        if (folder == null) {
            return;
        }
        SideFiles.copyAll(
                storage,
                folder,
                staged.output(),
                List.of(),
                order.merge().form().dtype());
    }

    /// What the order means, for `merge run`: paths relative to the recipe.
    private Recipe recipe(Path file, MergeResult result) {
        MergeRequest merge = order.merge();
        List<Source> experts = new ArrayList<>();
        for (int i = 0; i < merge.experts().size(); i++) {
            experts.add(source(file, merge.experts().get(i), i + 1, result));
        }
        Map<String, Object> parameters = new LinkedHashMap<>(plan.parameters());
        plan.settings().forEach(parameters::putIfAbsent);
        return new Recipe(
                plan.method(),
                source(file, merge.base(), 0, result),
                experts,
                parameters,
                RecipeFile.relativePath(file, order.output()));
    }

    private Source source(Path file, Path model, int input, MergeResult result) {
        String path = RecipeFile.relativePath(file, model);
        Map<String, String> sha256 = result.inputSha256().get(input);
        return sha256.isEmpty()
                ? Source.of(path)
                : new Source(path, plan.inputs().get(input).sizeBytes(), sha256, null);
    }
}
