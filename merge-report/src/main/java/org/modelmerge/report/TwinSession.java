package org.modelmerge.report;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.modelmerge.catalog.MethodCatalog;
import org.modelmerge.checkpoint.Hashes;
import org.modelmerge.checkpoint.OutputTransaction;
import org.modelmerge.checkpoint.Storage;
import org.modelmerge.engine.MergeObserver;
import org.modelmerge.engine.MergePlan;
import org.modelmerge.engine.MergeRequest;
import org.modelmerge.engine.MergeResult;
import org.modelmerge.error.MergeException;
import org.modelmerge.evaluation.RoutingMatrix;
import org.modelmerge.twin.TwinExtraction;
import org.modelmerge.twin.TwinManifest;
import org.modelmerge.twin.TwinManifest.Expert;
import org.modelmerge.twin.TwinMerging;

/// A whole extraction in one call: the Twin folder with its documents, all or nothing.
///
/// ```java
/// try (TwinSession session = TwinSession.open(MergeOrder.of(request, folder))) {
///     TwinSession.Outcome outcome = session.run(MergeObserver.NONE);
/// }
/// ```
///
/// Opening is the preflight: it reads all headers, plans what is kept and looks at the outputs, and writes nothing.
public final class TwinSession implements AutoCloseable {
    private static final String RECIPE = "merge-recipe.yaml";
    private static final String CARD = "README.md";

    private final MergeOrder order;
    private final Storage storage;
    private final TwinExtraction extraction;
    private final List<String> inputWarnings;

    private TwinSession(MergeOrder order, TwinExtraction extraction, List<String> inputWarnings) {
        this.order = order;
        this.storage = order.merge().storage();
        this.extraction = extraction;
        this.inputWarnings = inputWarnings;
    }

    /// Opens the inputs and checks everything that can be checked before work.
    ///
    /// @param order of a merge by [TwinMerging] into a folder
    /// @throws MergeException if the inputs cannot be read or merged, or an output exists or is an input
    public static TwinSession open(MergeOrder order) throws MergeException {
        Storage storage = order.merge().storage();
        TwinExtraction extraction = TwinExtraction.open(order.merge());
        try {
            List<String> warnings = InputChecks.of(storage, extraction.models());
            List<Path> files = new ArrayList<>();
            Path report = order.reportBeside();
            if (report != null) {
                files.add(MergeSession.withSuffix(report, ".html"));
                files.add(MergeSession.withSuffix(report, ".json"));
            }
            if (order.recipe() != null) {
                files.add(order.recipe());
            }
            InputChecks.refuseOutput(storage, extraction.inputs(), order.output());
            OutputTransaction.check(storage, order.output(), true, order.force());
            for (Path file : files) {
                InputChecks.refuseOutput(storage, extraction.inputs(), file);
                OutputTransaction.check(storage, file, false, order.force());
            }
            return new TwinSession(order, extraction, warnings);
        } catch (MergeException | RuntimeException | Error e) {
            extraction.close();
            throw e;
        }
    }

    /// What was ordered.
    public MergeOrder order() {
        return order;
    }

    /// The plan of the shared expert, and what exclusive experts will take.
    public TwinExtraction extraction() {
        return extraction;
    }

    /// What inputs and headers alone give reason to warn of.
    public List<String> warnings() {
        List<String> warnings = new ArrayList<>(inputWarnings);
        warnings.addAll(extraction.warnings());
        return warnings;
    }

    /// A finished extraction.
    ///
    /// @param manifest what `twin.json` says
    /// @param report of the shared expert's merge, with the hashes of all files but `twin.json`
    /// @param routing what the router does with the items of the tasks, null without a router
    /// @param reportPrefix where the reports are, null if there are none
    public record Outcome(
            TwinManifest manifest,
            MergeReport report,
            @Nullable RoutingMatrix routing,
            @Nullable Path reportPrefix) {}

    /// Extracts, writes all documents, and publishes them together.
    ///
    /// @throws MergeException whatever goes wrong; nothing is left behind then
    public Outcome run(MergeObserver observer) throws MergeException {
        return run(observer, null);
    }

    /// The same with a router and an evaluation.
    ///
    /// @param evaluator asked once the folder is complete; null for no router
    public Outcome run(MergeObserver observer, @Nullable TwinEvaluator evaluator) throws MergeException {
        try (OutputTransaction transaction = OutputTransaction.begin(storage, order.force())) {
            try {
                Outcome outcome = run(transaction, observer, evaluator);
                transaction.publish();
                return outcome;
            } catch (MergeException e) {
                throw transaction.inOutputs(e);
            }
        }
    }

    private Outcome run(OutputTransaction transaction, MergeObserver observer, @Nullable TwinEvaluator evaluator)
            throws MergeException {
        Staged staged = Staged.in(transaction, order);
        copySideFiles(staged.output());
        List<MergeReport> reports = new ArrayList<>();
        TwinExtraction.Outcome done =
                extraction.run(staged.output(), observer, outcome -> reports.add(writeRecipes(staged, outcome)));
        MergeReport report = reports.getFirst();
        RoutingMatrix routing = null;
        if (evaluator != null) {
            TwinEvaluator.Outcome evaluated = evaluator.evaluate(staged.output());
            routing = evaluated.routing();
            report = report.withEvaluation(evaluated.evaluation());
            for (Map.Entry<String, String> file : evaluated.sha256().entrySet()) {
                report = report.withFile(file.getKey(), file.getValue());
            }
        }
        SideFiles.write(storage, staged.output().resolve(CARD), TwinCard.of(report, done.manifest()));
        if (staged.html() != null && staged.json() != null) {
            SideFiles.write(storage, staged.html(), HtmlReport.of(report, done.manifest(), routing));
            SideFiles.write(storage, staged.json(), JsonReport.of(report, done.manifest(), routing));
        }
        return new Outcome(done.manifest(), report, routing, order.reportAt());
    }

    private MergeReport writeRecipes(Staged staged, TwinExtraction.Outcome outcome) throws MergeException {
        MergePlan plan = extraction.plan();
        MergeResult result = MergeSession.withWarnings(warnings(), outcome.merge());
        MergeReport report = MergeReport.of(
                plan, result, MethodCatalog.entry(plan.method()), order.output().toString());
        for (Expert expert : outcome.manifest().experts()) {
            report = report.withFile(expert.part().file(), expert.part().sha256());
        }
        byte[] recipe = SideFiles.write(storage, staged.output().resolve(RECIPE), RecipeFile.write(Recipe.of(report)));
        report = report.withFile(RECIPE, Hashes.of(recipe));
        if (staged.recipe() != null && order.recipe() != null) {
            SideFiles.write(storage, staged.recipe(), RecipeFile.write(recipe(order.recipe())));
        }
        return report;
    }

    private void copySideFiles(Path target) throws MergeException {
        Path folder = extraction.model().folder();
        if (folder == null) {
            return;
        }
        SideFiles.copyAll(
                storage, folder, target, List.of(), order.merge().form().dtype());
    }

    /// What the order means, for `merge run`: paths relative to the recipe.
    private Recipe recipe(Path file) {
        MergeRequest merge = order.merge();
        List<Recipe.Source> experts = new ArrayList<>();
        for (Path expert : merge.experts()) {
            experts.add(Recipe.Source.of(RecipeFile.relativePath(file, expert)));
        }
        Map<String, Object> parameters = new LinkedHashMap<>(extraction.plan().parameters());
        if (merge.method() instanceof TwinMerging twin && twin.shared() != null) {
            parameters.put("shared", RecipeFile.relativePath(file, twin.shared()));
        }
        extraction.plan().settings().forEach(parameters::putIfAbsent);
        return new Recipe(
                TwinMerging.NAME,
                Recipe.Source.of(RecipeFile.relativePath(file, merge.base())),
                experts,
                parameters,
                RecipeFile.relativePath(file, order.output()));
    }

    /// Closes the inputs.
    @Override
    public void close() {
        extraction.close();
    }
}
