package org.modelmerge.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.modelmerge.catalog.MethodCatalog;
import org.modelmerge.checkpoint.LocalStorage;
import org.modelmerge.checkpoint.Storage;
import org.modelmerge.engine.MergeJob;
import org.modelmerge.engine.MergeObserver;
import org.modelmerge.engine.MergeRequest;
import org.modelmerge.engine.Version;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.error.Printable;
import org.modelmerge.evaluation.ScoreCommand;
import org.modelmerge.evaluation.Split;
import org.modelmerge.network.NetworkAnswers.RunOptions;
import org.modelmerge.report.CommandScore;
import org.modelmerge.report.MergeOrder;
import org.modelmerge.report.MergeOutcome;
import org.modelmerge.report.MergeSession;
import org.modelmerge.report.SearchJson;
import org.modelmerge.report.SearchOutputs;
import org.modelmerge.search.Axis;
import org.modelmerge.search.CandidateScore;
import org.modelmerge.search.CmaEs;
import org.modelmerge.search.GridSearch;
import org.modelmerge.search.Search;
import org.modelmerge.search.SearchResult;
import org.modelmerge.search.SearchSettings;
import org.modelmerge.search.SearchStrategy;
import org.modelmerge.search.TaskScore;
import org.modelmerge.search.Trial;
import org.modelmerge.search.TrialLog;
import org.modelmerge.task.Task;
import org.modelmerge.task.TaskFile;

/// From the words of `merge search` to its best setting, and to a merge with it.
final class SearchWork {
    private final Talk talk;
    private final SearchCommand command;
    private final Operands models;
    private final Console console;
    private final Storage storage = LocalStorage.INSTANCE;

    SearchWork(Talk talk, SearchCommand command, Operands models) {
        this.talk = talk;
        this.command = command;
        this.models = models;
        this.console = talk.console();
    }

    int run(String methodName) throws MergeException {
        Map<String, Object> given = command.method().given(console);
        SearchStrategy strategy =
                SearchSpace.strategy(methodName, given, models.experts().size(), command.space);
        Map<String, Object> fixed = new LinkedHashMap<>(given);
        fixed.keySet().removeAll(searched(strategy));
        MergeRequest request = request(methodName, given);
        Path target = Words.pathOrNull(console, "--output", command.outputs.output);
        Path report = MergeWork.reportPrefix(console, command.outputs.report);
        TaskFile file = taskFile();
        SearchSettings settings = preflight(request, target, fixed, strategy, file);
        String method = MethodCatalog.entry(methodName).name();
        try (SearchOutputs outputs = SearchOutputs.reserve(storage, report, command.outputs.force);
                LazyAnswers answers =
                        file == null ? null : answers(file, request.limits().threads());
                CandidateScore score = score(request, target, file, answers);
                TrialLog log = log(settings)) {
            Search search = new Search(method, fixed, score, log, new Progress(strategy.budget()));
            Trial best = search.run(strategy);
            SearchResult result = new SearchResult(
                    Version.text(),
                    method,
                    fixed,
                    settings.tasks(),
                    scoredBy(),
                    strategy.description(),
                    search.trials(),
                    best,
                    search.resumed());
            if (target != null) {
                merge(request.withMethod(search.candidate(best.values())), target);
            }
            outputs.publish(result, target);
            print(result, target, report);
            return 0;
        }
    }

    private LazyAnswers answers(TaskFile file, int threads) {
        RunOptions standard = RunOptions.DEFAULT;
        int sideBySide = threads == 0 ? standard.threads() : threads;
        return new LazyAnswers(
                console.networks(),
                file.model(),
                new RunOptions(sideBySide, standard.batchSize(), standard.listener()));
    }

    private static List<String> searched(SearchStrategy strategy) {
        return switch (strategy) {
            case GridSearch grid -> List.copyOf(grid.axes().keySet());
            case CmaEs cma -> cma.axes().stream().map(Axis::option).distinct().toList();
        };
    }

    private MergeRequest request(String method, Map<String, Object> given) throws MergeException {
        Map<String, Object> values = new LinkedHashMap<>(given);
        command.scope.addTo(values);
        command.machine.addTo(values);
        Settings.addIfGiven(values, Settings.DTYPE, command.outputs.dtype);
        return Settings.ofFlags(values).request(method, models.base(), models.experts(), null, true);
    }

    private @Nullable TaskFile taskFile() throws MergeException {
        Path path = Words.pathOrNull(console, "--tasks", command.scoring.tasks);
        if (path == null) {
            return null;
        }
        TaskFile file = TaskFile.read(storage, path);
        int experts = models.experts().size();
        if (file.tasks().size() != experts) {
            throw Words.usage(
                            "--tasks",
                            "got " + Quantity.count(file.tasks().size(), "task") + ", expected " + experts
                                    + ", one per expert")
                    .withHint("task i belongs to expert i by position");
        }
        for (Task task : file.tasks()) {
            if (task.validation() == null && !command.scoring.tuneOnTest) {
                throw MergeException.of(
                                ErrorCode.MALFORMED,
                                "task " + Printable.text(task.name()) + " names no validation data to choose by")
                        .inFile(path.toString())
                        .withHint("name some under validation, or pass --tune-on-test and judge the result elsewhere");
            }
        }
        return file;
    }

    /// Reads all headers and looks at all outputs, so that what cannot work is told before the first trial.
    private SearchSettings preflight(
            MergeRequest request,
            @Nullable Path target,
            Map<String, Object> fixed,
            SearchStrategy strategy,
            @Nullable TaskFile file)
            throws MergeException {
        if (target != null) {
            MergeSession.open(order(request, target)).close();
        }
        Path tasks = Words.pathOrNull(console, "--tasks", command.scoring.tasks);
        try (MergeJob job = MergeJob.open(request)) {
            talk.warn(job.headerWarnings());
            return file == null || tasks == null
                    ? SearchSettings.of(job.plan(), fixed, strategy, String.valueOf(command.scoring.score))
                    : SearchSettings.of(job.plan(), fixed, strategy, storage, tasks, file, split());
        }
    }

    private Split split() {
        return command.scoring.tuneOnTest ? Split.TEST : Split.VALIDATION;
    }

    private CandidateScore score(
            MergeRequest request, @Nullable Path target, @Nullable TaskFile file, @Nullable LazyAnswers answers)
            throws MergeException {
        if (file != null && answers != null) {
            return new TaskScore(request, answers, file.tasks(), split(), MergeObserver.NONE);
        }
        ScoreCommand scorer = ScoreCommand.parse(String.valueOf(command.scoring.score));
        boolean isFolder = storage.kind(models.base()) == Storage.Kind.FOLDER
                || models.base().toString().endsWith(".index.json");
        String name = isFolder ? "merge-candidate" : "merge-candidate.safetensors";
        Path place = target == null ? console.directory().resolve(name) : target.resolveSibling(name);
        return new CommandScore(request, place, scorer, line -> talk.say(Printable.text(line)), MergeObserver.NONE);
    }

    private TrialLog log(SearchSettings settings) throws MergeException {
        Path state = Words.pathOrNull(console, "--state", command.space.state);
        return state == null ? TrialLog.none() : TrialLog.open(storage, state, settings.members());
    }

    private String scoredBy() {
        if (command.scoring.score != null) {
            return "a command";
        }
        return "mean accuracy on " + (command.scoring.tuneOnTest ? "test" : "validation") + " data";
    }

    private MergeOrder order(MergeRequest request, Path target) {
        MergeOrder plain = MergeOrder.of(request, target);
        return new MergeOrder(plain.merge(), target, command.outputs.force, true, null, null, null);
    }

    private void merge(MergeRequest request, Path target) throws MergeException {
        long start = System.nanoTime();
        MergeOrder order = order(request, target);
        try (MergeSession session = MergeSession.open(order)) {
            MergeObserver observer = talk.observer();
            MergeOutcome outcome;
            try {
                outcome = session.run(observer);
            } finally {
                Talk.end(observer);
            }
            talk.warn(outcome.report().warnings());
            SummaryText.lines(order, outcome, (System.nanoTime() - start) / 1e9).forEach(talk::say);
        }
    }

    private void print(SearchResult result, @Nullable Path target, @Nullable Path report) {
        if (talk.json()) {
            console.out().append(SearchJson.of(result, target == null ? null : target.toString()));
        } else {
            talk.data(words(result.best().values()));
            if (target != null) {
                talk.data(target.toString());
            }
        }
        int failures = result.failureCount();
        if (failures > 0) {
            talk.warn(List.of(failures + " of " + Quantity.count(result.trials().size(), "trial")
                    + " failed and counted as the worst"));
        }
        if (command.scoring.tuneOnTest) {
            talk.warn(List.of("chosen on test data: its score there says nothing of other data"));
        }
        if (report != null) {
            talk.say("report   " + Printable.text(report + ".html"));
        }
    }

    /// As options of a merge: `--lambda 0.4 --density 0.1`.
    static String words(Map<String, Object> values) {
        StringBuilder words = new StringBuilder();
        values.forEach((option, value) -> words.append(words.isEmpty() ? "--" : " --")
                .append(option)
                .append('=')
                .append(
                        value instanceof List<?> list
                                ? String.join(
                                        ",", list.stream().map(String::valueOf).toList())
                                : value));
        return words.toString();
    }

    /// A line per trial.
    private final class Progress implements Search.Listener {
        private final int budget;

        Progress(int budget) {
            this.budget = budget;
        }

        @Override
        public void tried(Trial trial, @Nullable Trial best) {
            String outcome = trial.score() == null
                    ? "failed: " + trial.failure()
                    : String.format(Locale.ROOT, "%.6g", trial.score().value());
            String so = best == null || best.score() == null
                    ? ""
                    : String.format(
                            Locale.ROOT, "  best %.6g (trial %d)", best.score().value(), best.number());
            talk.say("trial " + trial.number() + "/" + budget + "  " + words(trial.values()) + "  " + outcome + so
                    + String.format(Locale.ROOT, "  %.2f s", trial.seconds()));
        }
    }
}
