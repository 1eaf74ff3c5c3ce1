package org.modelmerge.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.modelmerge.checkpoint.LocalStorage;
import org.modelmerge.checkpoint.Storage;
import org.modelmerge.engine.Version;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.error.Printable;
import org.modelmerge.evaluation.Evaluation;
import org.modelmerge.evaluation.Gates;
import org.modelmerge.evaluation.ModelAnswers;
import org.modelmerge.evaluation.ModelNames;
import org.modelmerge.evaluation.ModelResult;
import org.modelmerge.evaluation.ScoreCommand;
import org.modelmerge.report.EvaluationJson;
import org.modelmerge.report.EvaluationOutputs;
import org.modelmerge.report.EvaluationReport;
import org.modelmerge.routing.Routing;
import org.modelmerge.twin.TwinFolder;

/// From the words of `merge eval` to answers, and from their evaluation to text, files and an exit code.
final class EvalWork {
    private final Talk talk;
    private final EvalCommand command;
    private final Console console;
    private final Storage storage = LocalStorage.INSTANCE;
    private final ModelNames names = new ModelNames();
    private final List<Path> models = new ArrayList<>();
    private final Map<String, String> typed = new LinkedHashMap<>();

    EvalWork(Talk talk, EvalCommand command) {
        this.talk = talk;
        this.command = command;
        this.console = talk.console();
    }

    int run() throws MergeException {
        EvalCommand.Questions questions = command.questions;
        for (String operand : command.operands) {
            models.add(Words.path(console, "MODEL", operand));
        }
        Path baseline = Words.pathOrNull(console, "--baseline", questions.baseline);
        Gates gates = command.gates.gates(baseline != null, questions.score != null);
        long seed = Words.seed(questions.seed);
        Path report = MergeWork.reportPrefix(console, command.outputs.report);
        Path saved = Words.pathOrNull(console, "--save-predictions", command.outputs.predictions);
        EvaluationReport result;
        try (EvaluationOutputs outputs = EvaluationOutputs.reserve(storage, report, saved, command.outputs.force)) {
            List<ModelAnswers> answers = new ArrayList<>();
            Evaluation evaluation =
                    questions.score == null ? ofAnswers(baseline, seed, answers) : ofScores(questions.score, baseline);
            result = EvaluationReport.of(Version.text(), evaluation, gates);
            outputs.publish(result, answers);
        }
        print(result, report);
        return answer(result);
    }

    private Evaluation ofScores(String text, @Nullable Path baseline) throws MergeException {
        ScoreCommand score = ScoreCommand.parse(text);
        Map<Path, ModelResult> done = new LinkedHashMap<>();
        List<ModelResult> results = new ArrayList<>();
        ModelResult reference = baseline == null ? null : score(score, baseline, command.questions.baseline, done);
        for (int i = 0; i < models.size(); i++) {
            results.add(score(score, models.get(i), command.operands.get(i), done));
        }
        return Evaluation.ofScores(results, reference);
    }

    private ModelResult score(ScoreCommand score, Path model, @Nullable String word, Map<Path, ModelResult> done)
            throws MergeException {
        ModelResult known = done.get(model);
        if (known != null) {
            return known;
        }
        if (storage.kind(model) == Storage.Kind.ABSENT) {
            throw MergeException.of(ErrorCode.NOT_FOUND, "no such file or folder")
                    .inFile(model.toString());
        }
        ModelResult result = ModelResult.ofScore(name(model, word), score.score(model, this::overheard));
        done.put(model, result);
        return result;
    }

    /// What the command says on its standard error, escaped.
    private void overheard(String line) {
        talk.say(Printable.text(line));
    }

    private String name(Path model, @Nullable String word) {
        String name = names.next(model);
        typed.put(name, word == null ? name : word);
        return name;
    }

    private Evaluation ofAnswers(@Nullable Path baseline, long seed, List<ModelAnswers> all) throws MergeException {
        try (EvalAnswers source = EvalAnswers.open(talk, command.questions, command.networks, command.operands)) {
            String baseWord = command.questions.baseline;
            List<String> words = new ArrayList<>(command.operands);
            if (baseWord != null) {
                words.add(baseWord);
            }
            source.check(words);
            ModelAnswers reference = baseline == null || baseWord == null
                    ? null
                    : source.of(baseline, baseWord, null, () -> name(baseline, baseWord));
            List<ModelAnswers> answers = new ArrayList<>();
            List<Routing> routings = TwinRoutings.of(command.questions.routing, command.questions.groupRadius);
            for (int i = 0; i < models.size(); i++) {
                Path model = models.get(i);
                String word = command.operands.get(i);
                if (TwinFolder.isTwinFolder(storage, model)) {
                    String name = name(model, word);
                    for (Routing routing : routings) {
                        answers.add(source.of(model, word, routing, () -> TwinRoutings.name(name, routing, routings)));
                    }
                } else {
                    answers.add(source.of(model, word, null, () -> name(model, word)));
                }
            }
            ModelAnswers individual = source.individual(this::name);
            all.addAll(answers);
            if (reference != null && !answers.contains(reference)) {
                all.add(reference);
            }
            if (individual != null) {
                all.add(individual);
            }
            return Evaluation.of(answers, reference, individual, seed).withWarnings(source.warnings());
        }
    }

    private void print(EvaluationReport result, @Nullable Path report) {
        talk.warn(result.evaluation().warnings());
        if (talk.json()) {
            console.out().append(EvaluationJson.of(result, name -> typed.getOrDefault(name, name)));
        } else {
            EvaluationText.print(result, talk);
        }
        if (report != null) {
            talk.say("report   " + Printable.text(report + ".html"));
        }
    }

    private static int answer(EvaluationReport result) throws MergeException {
        List<Gates.Verdict> missed = result.missed();
        if (missed.isEmpty()) {
            return 0;
        }
        throw MergeException.of(
                ErrorCode.ANSWER_NO,
                (missed.size() == 1 ? "a gate was missed: " : missed.size() + " gates were missed: ")
                        + String.join(
                                "; ", missed.stream().map(Gates.Verdict::text).toList()));
    }
}
