package org.modelmerge.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.modelmerge.catalog.MethodCatalog;
import org.modelmerge.catalog.MethodEntry.Parameter;
import org.modelmerge.checkpoint.LocalStorage;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.report.Recipe;
import org.modelmerge.report.RecipeFile;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `merge run`.
@CommandLine.Command(
        description = "Merges as a recipe says; options and models given beside it win.",
        customSynopsis = "merge run [options] RECIPE [BASE EXPERT...]")
final class RunCommand implements MergingCommand {
    @Option(
            names = "--method",
            paramLabel = "METHOD",
            description = "instead of the recipe's, with none of its parameters")
    @Nullable
    String methodName;

    @Mixin
    ScopeOptions scope = new ScopeOptions();

    @Mixin
    OutputOptions output = new OutputOptions();

    @Mixin
    LearnOptions learning = new LearnOptions();

    @Mixin
    MachineOptions machine = new MachineOptions();

    @Mixin
    CommonOptions common = new CommonOptions();

    @Parameters(arity = "0..*", paramLabel = "RECIPE BASE EXPERT")
    List<String> operands = new ArrayList<>();

    private final MethodOptions method = new MethodOptions();

    @Override
    public CommonOptions common() {
        return common;
    }

    @Override
    public MethodOptions method() {
        return method;
    }

    @Override
    public List<HelpText.Line> operands() {
        List<HelpText.Line> lines = new ArrayList<>();
        lines.add(new HelpText.Line("RECIPE", "a file that --write-recipe or a merge into a folder wrote"));
        lines.addAll(Operands.HELP);
        return lines;
    }

    @Override
    public List<String> examples() {
        return List.of(
                "merge run recipe.yaml",
                "merge run merged/merge-recipe.yaml --lambda 0.5 -o again/ base/ expert-a/ expert-b/");
    }

    @Override
    public int run(Talk talk) throws MergeException {
        if (operands.isEmpty()) {
            throw MergeException.of(ErrorCode.USAGE, "got no RECIPE, expected a recipe file");
        }
        Path file = Words.path(talk.console(), "RECIPE", operands.getFirst());
        Recipe recipe = RecipeFile.read(LocalStorage.INSTANCE, file);
        Map<String, Object> flags = new LinkedHashMap<>(method.given(talk.console()));
        scope.addTo(flags);
        learning.addTo(flags);
        machine.addTo(flags);
        output.addTo(flags);
        Settings settings = Settings.ofRecipe(parameters(recipe, file), flags, methodName == null ? file : null);
        String chosen = methodName == null ? recipe.method() : methodName;
        return new MergeWork(talk, output, learning, chosen, settings)
                .run(models(talk.console(), recipe, file), path(recipe.output()));
    }

    /// The recipe's parameters, checked against its method; without the method's own if another one was chosen.
    private Map<String, Object> parameters(Recipe recipe, Path file) throws MergeException {
        Map<String, Object> values = new LinkedHashMap<>(recipe.parameters());
        try {
            List<Parameter> known = MethodCatalog.entry(recipe.method()).parameters();
            recipe.checkParameters(known.stream().map(Parameter::name).toList());
            MethodOptions.resolveFiles(values, file.resolveSibling(""));
        } catch (MergeException e) {
            throw Settings.inRecipe(e, file).inFile(file.toString());
        }
        boolean isOther = methodName != null && !methodName.replace('_', '-').equals(recipe.method());
        return isOther ? Settings.withoutMethod(values) : values;
    }

    private Operands models(Console console, Recipe recipe, Path file) throws MergeException {
        List<String> given = operands.subList(1, operands.size());
        if (!given.isEmpty()) {
            return Operands.of(console, given, "merge run RECIPE BASE EXPERT...");
        }
        Path base = path(recipe.base() == null ? null : recipe.base().path());
        List<Path> experts = new ArrayList<>();
        for (Recipe.Source expert : recipe.experts()) {
            experts.add(Path.of(expert.path()));
        }
        if (base == null || experts.isEmpty()) {
            throw MergeException.of(
                            ErrorCode.USAGE, base == null ? "the recipe names no base" : "the recipe names no experts")
                    .inFile(file.toString())
                    .withHint("merge run RECIPE BASE EXPERT...");
        }
        return new Operands(base, experts);
    }

    private static @Nullable Path path(@Nullable String text) {
        return text == null ? null : Path.of(text);
    }
}
