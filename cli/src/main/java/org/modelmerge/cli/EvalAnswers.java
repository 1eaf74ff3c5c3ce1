package org.modelmerge.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.modelmerge.checkpoint.Checkpoint;
import org.modelmerge.checkpoint.LocalStorage;
import org.modelmerge.checkpoint.Storage;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.error.Printable;
import org.modelmerge.evaluation.AnswerSource;
import org.modelmerge.evaluation.Evaluator;
import org.modelmerge.evaluation.ModelAnswers;
import org.modelmerge.evaluation.ModelHash;
import org.modelmerge.evaluation.Predictions;
import org.modelmerge.evaluation.TaskAnswers;
import org.modelmerge.network.ItemListener;
import org.modelmerge.network.NetworkAnswers.RunOptions;
import org.modelmerge.network.TwinAnswers;
import org.modelmerge.routing.Routing;
import org.modelmerge.task.TaskFile;
import org.modelmerge.twin.TwinFolder;

/// Answers of models, each model asked once: by running its network, or from a file of saved predictions.
final class EvalAnswers implements AutoCloseable {
    private final Console console;
    private final Storage storage = LocalStorage.INSTANCE;
    private final @Nullable TaskFile file;
    private final @Nullable LazyAnswers source;
    private final @Nullable EvaluationProgress progress;
    private final @Nullable RunOptions options;
    private final List<String> tasks;
    private final Map<String, Predictions> saved;
    private final Map<String, Path> individual;
    private final Map<String, String> individualWords;
    private final Map<Column, ModelAnswers> done = new LinkedHashMap<>();
    private final List<String> warnings = new ArrayList<>();

    /// A model, and how its experts are chosen if it is a Twin folder.
    private record Column(Path model, @Nullable Routing routing) {}

    private EvalAnswers(
            Talk talk,
            @Nullable TaskFile file,
            NetworkOptions options,
            Map<String, Predictions> saved,
            Map<String, String> individualWords)
            throws MergeException {
        this.console = talk.console();
        this.saved = saved;
        this.individualWords = individualWords;
        this.individual = new LinkedHashMap<>();
        for (Map.Entry<String, String> expert : individualWords.entrySet()) {
            individual.put(expert.getKey(), Words.path(console, "--individual", expert.getValue()));
        }
        this.file = file;
        if (file == null) {
            this.source = null;
            this.progress = null;
            this.options = null;
            this.tasks = saved.values().iterator().next().tasks();
        } else {
            this.progress = new EvaluationProgress(talk, file.tasks());
            this.options = options.options(progress);
            this.source = new LazyAnswers(console.networks(), file.model(), this.options);
            this.tasks = file.tasks().stream().map(task -> task.name()).toList();
        }
        for (String task : individual.keySet()) {
            if (!tasks.contains(task)) {
                throw Words.usage(
                        "--individual",
                        "got task " + Printable.text(task) + ", expected one of "
                                + Printable.text(String.join(", ", tasks)));
            }
        }
    }

    /// Reads the task file and the saved predictions; runs nothing.
    static EvalAnswers open(Talk talk, EvalCommand.Questions questions, NetworkOptions options, List<String> operands)
            throws MergeException {
        Console console = talk.console();
        Path tasks = Words.pathOrNull(console, "--tasks", questions.tasks);
        // Checked also where saved answers need no network.
        options.options(ItemListener.NONE);
        Map<String, String> experts = new LinkedHashMap<>();
        for (String text : questions.individual) {
            int equals = text.indexOf('=');
            if (equals < 1 || equals == text.length() - 1) {
                throw Words.usage("--individual", "got " + Printable.text(text) + ", expected TASK=MODEL");
            }
            if (experts.put(text.substring(0, equals), text.substring(equals + 1)) != null) {
                throw Words.usage("--individual", "two models for task " + Printable.text(text.substring(0, equals)));
            }
        }
        List<String> words = new ArrayList<>(operands);
        words.addAll(experts.values());
        if (questions.baseline != null) {
            words.add(questions.baseline);
        }
        Map<String, Predictions> saved = new LinkedHashMap<>();
        for (String text : questions.predictions) {
            String model = modelOf(text, words);
            Path file = Words.path(console, "--predictions", text.substring(model.length() + 1));
            saved.put(model, Predictions.read(LocalStorage.INSTANCE, file));
        }
        return new EvalAnswers(talk, tasks == null ? null : TaskFile.read(tasks), options, saved, experts);
    }

    /// The model in MODEL=FILE. Both may contain `=`, so it must be one that the command names.
    private static String modelOf(String text, List<String> words) throws MergeException {
        for (String word : words) {
            if (text.startsWith(word + "=") && text.length() > word.length() + 1) {
                return word;
            }
        }
        throw Words.usage(
                "--predictions",
                "got " + Printable.text(text) + ", expected MODEL=FILE with a model that the command names, as it is"
                        + " named there");
    }

    /// Opens every model that a network will run, so that what is none is refused before the first has run.
    ///
    /// @param words of the models and the baseline, as typed
    void check(List<String> words) throws MergeException {
        List<String> all = new ArrayList<>(words);
        all.addAll(individualWords.values());
        for (String word : all) {
            Path model = Words.path(console, "MODEL", word);
            if (!saved.containsKey(word) && !TwinFolder.isTwinFolder(storage, model)) {
                Checkpoint.open(storage, model).close();
            }
        }
    }

    /// The answers of a model to all tasks.
    ///
    /// @param word the model as typed
    /// @param routing of a Twin folder; null for an ordinary model
    /// @param name asked for once a column, when it is first seen
    ModelAnswers of(Path model, String word, @Nullable Routing routing, Supplier<String> name) throws MergeException {
        Column column = new Column(model, routing);
        ModelAnswers known = done.get(column);
        if (known == null) {
            Predictions predictions = saved.get(word);
            known = predictions == null ? run(column, word, name.get()) : saved(predictions, model, name.get(), tasks);
            done.put(column, known);
        }
        return known;
    }

    private ModelAnswers run(Column column, String word, String name) throws MergeException {
        if (column.routing() == null || file == null || options == null) {
            return evaluator(word, source).all(column.model(), name);
        }
        try (TwinAnswers twin = new TwinAnswers(file, options, column.routing())) {
            return evaluator(word, twin).all(column.model(), name);
        }
    }

    /// The answers of the individual experts, each to its own task; null without any.
    ///
    /// @param name gives a name to a path and the word that was typed for it
    @Nullable
    ModelAnswers individual(BiFunction<Path, String, String> name) throws MergeException {
        if (individual.isEmpty()) {
            return null;
        }
        List<TaskAnswers> answers = new ArrayList<>();
        for (String task : tasks) {
            Path expert = individual.get(task);
            String word = individualWords.get(task);
            if (expert != null && word != null) {
                answers.add(individual(task, expert, word, name));
            }
        }
        return new ModelAnswers(Evaluator.INDIVIDUAL, answers);
    }

    private TaskAnswers individual(String task, Path expert, String word, BiFunction<Path, String, String> name)
            throws MergeException {
        ModelAnswers known = done.get(new Column(expert, null));
        if (known != null) {
            return known.tasks().get(tasks.indexOf(task));
        }
        Predictions predictions = saved.get(word);
        return predictions == null
                ? evaluator(word, source).one(expert, name.apply(expert, word), task)
                : saved(predictions, expert, name.apply(expert, word), List.of(task))
                        .tasks()
                        .getFirst();
    }

    private ModelAnswers saved(Predictions predictions, Path model, String name, List<String> wanted)
            throws MergeException {
        boolean isHere = storage.kind(model) != Storage.Kind.ABSENT;
        if (!isHere) {
            warnings.add(Printable.text(name) + " is not here, so its saved answers could not be checked against it");
        }
        return predictions.of(name, isHere ? ModelHash.of(storage, model) : null, wanted);
    }

    private Evaluator evaluator(String word, @Nullable AnswerSource answers) throws MergeException {
        if (file == null || progress == null || answers == null) {
            throw MergeException.of(
                            ErrorCode.USAGE,
                            "no --predictions for " + Printable.text(word) + " and no --tasks to run it on")
                    .withHint("pass --tasks FILE");
        }
        return new Evaluator(storage, answers, file.tasks(), progress);
    }

    /// What could not be checked.
    List<String> warnings() {
        return warnings;
    }

    @Override
    public void close() {
        if (progress != null) {
            progress.end();
        }
        if (source != null) {
            source.close();
        }
    }
}
