package org.modelmerge.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.modelmerge.checkpoint.LocalStorage;
import org.modelmerge.checkpoint.Storage;
import org.modelmerge.engine.MergeRequest;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.error.Printable;
import org.modelmerge.evaluation.Evaluation;
import org.modelmerge.evaluation.ModelAnswers;
import org.modelmerge.evaluation.ModelHash;
import org.modelmerge.evaluation.ModelResult;
import org.modelmerge.evaluation.RoutingMatrix;
import org.modelmerge.network.RouterLearning;
import org.modelmerge.network.TwinAnswers;
import org.modelmerge.network.TwinItems;
import org.modelmerge.report.TwinEvaluator;
import org.modelmerge.routing.RouterFiles;
import org.modelmerge.routing.RouterSettings;
import org.modelmerge.routing.Routing;
import org.modelmerge.task.Task;
import org.modelmerge.task.TaskFile;
import org.modelmerge.twin.TwinFolder;
import org.modelmerge.twin.TwinMerging;

/// What `--tasks` adds to an extraction: the router, by the official settings, and the accuracies of learned, oracle
/// and no routing beside those of base and individual experts.
final class TwinPipeline implements TwinEvaluator {
    private static final List<Routing> ROUTINGS =
            List.of(Routing.Learned.PER_EXAMPLE, new Routing.Oracle(), new Routing.None());

    private final Talk talk;
    private final TaskEvaluation evaluation;
    private final RouterSettings settings;
    private final Storage storage = LocalStorage.INSTANCE;

    TwinPipeline(Talk talk, TaskEvaluation evaluation, MergeRequest request) {
        this.talk = talk;
        this.evaluation = evaluation;
        RouterSettings official = RouterSettings.DEFAULT;
        long seed = request.method() instanceof TwinMerging twin ? twin.seed() : official.seed();
        this.settings = new RouterSettings(official.epochs(), official.batchSize(), official.learningRate(), seed);
    }

    /// Checks that every task has what a router learns from, then evaluates base and experts: all before the work.
    void prepare() throws MergeException {
        for (Task task : evaluation.file().tasks()) {
            if (task.train() == null || task.validation() == null) {
                throw MergeException.of(
                                ErrorCode.MALFORMED,
                                "task " + Printable.text(task.name()) + " has no "
                                        + (task.train() == null ? "train" : "validation")
                                        + " data, which a router needs")
                        .withHint("name it in the task file, or leave --tasks out and give weights yourself");
            }
        }
        evaluation.prepare();
    }

    @Override
    public Outcome evaluate(Path folder) throws MergeException {
        TaskFile file = evaluation.file();
        List<String> experts;
        try (TwinItems items = TwinItems.open(TwinFolder.open(folder), file.model(), evaluation.options())) {
            experts = items.folder().tasks();
            RouterLearning.Learned learned = new RouterLearning(items, file, new RouterProgress(talk))
                    .train(settings, RouterLearning.MOST_PER_TASK);
            RouterFiles.write(
                    storage, learned.router(), folder.resolve(RouterFiles.WEIGHTS), folder.resolve(RouterFiles.CARD));
            talk.say(RouterProgress.line(learned.router().card()));
        }
        List<ModelAnswers> answers = new ArrayList<>();
        RoutingMatrix routing = null;
        for (Routing choice : ROUTINGS) {
            try (TwinAnswers twin = new TwinAnswers(file, evaluation.options(), choice)) {
                answers.add(evaluation.answers(twin, folder, choice.word()));
                routing = routing == null ? twin.routing(experts) : routing;
            }
        }
        if (routing == null) {
            throw new IllegalStateException("no routing of " + ROUTINGS.size());
        }
        Map<String, String> sha256 = new LinkedHashMap<>();
        for (String name : List.of(RouterFiles.CARD, RouterFiles.WEIGHTS)) {
            sha256.put(name, ModelHash.ofFile(storage, folder.resolve(name)));
        }
        return new Outcome(evaluation.evaluate(answers), routing, sha256);
    }

    /// The result in lines.
    static List<String> lines(Evaluation evaluation) {
        List<String> lines = new ArrayList<>();
        for (ModelResult model : evaluation.models()) {
            lines.add(String.format(
                    Locale.ROOT,
                    "accuracy %.2f%% on average (routing: %s)%s",
                    100 * model.average(),
                    model.model(),
                    model.normalised() == null
                            ? ""
                            : String.format(
                                    Locale.ROOT, ", %.2f%% of the individual experts", 100 * model.normalised())));
        }
        return lines;
    }
}
