package org.modelmerge.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.modelmerge.checkpoint.LocalStorage;
import org.modelmerge.checkpoint.OutputTransaction;
import org.modelmerge.checkpoint.Storage;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.error.Printable;
import org.modelmerge.network.NetworkAnswers.RunOptions;
import org.modelmerge.network.RouterLearning;
import org.modelmerge.network.TwinItems;
import org.modelmerge.routing.RouterFiles;
import org.modelmerge.routing.RouterSettings;
import org.modelmerge.routing.TrainedRouter;
import org.modelmerge.task.TaskFile;
import org.modelmerge.twin.TwinFolder;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `merge twin train-router`.
@CommandLine.Command(
        description = "Trains the router of a Twin folder: a small classifier that says which exclusive experts an "
                + "input needs. It learns from train rows; validation rows choose the best epoch.",
        customSynopsis = "merge twin train-router --tasks FILE [options] DIR")
final class TwinTrainRouterCommand implements Command {
    @Mixin
    RouterOptions router = new RouterOptions();

    @Mixin
    CommonOptions common = new CommonOptions();

    @Parameters(arity = "0..*", paramLabel = "DIR")
    List<String> paths = new ArrayList<>();

    @Override
    public CommonOptions common() {
        return common;
    }

    @Override
    public List<HelpText.Line> operands() {
        return List.of(new HelpText.Line("DIR", "a folder that merge --method twin made; gets two files more"));
    }

    @Override
    public List<String> examples() {
        return List.of(
                "merge twin train-router --tasks tasks.yaml merged-twin",
                "merge twin train-router --tasks tasks.yaml --epochs 20 --seed 1 -f merged-twin");
    }

    @Override
    public int run(Talk talk) throws MergeException {
        Path path = TwinInspectCommand.folder(talk, paths);
        RouterSettings settings = router.settings();
        TaskFile file = taskFile(talk, router.tasks);
        RouterLearning.Learned learned;
        Storage storage = LocalStorage.INSTANCE;
        try (TwinFolder folder = TwinFolder.open(path);
                OutputTransaction transaction = OutputTransaction.begin(storage, router.force)) {
            Path weights = transaction.stageFile(path.resolve(RouterFiles.WEIGHTS));
            Path card = transaction.stageFile(path.resolve(RouterFiles.CARD));
            try (TwinItems items = TwinItems.open(folder, file.model(), RunOptions.DEFAULT)) {
                learned =
                        new RouterLearning(items, file, new RouterProgress(talk)).train(settings, router.mostPerTask());
                folder.checkUnchanged();
            }
            RouterFiles.write(storage, learned.router(), weights, card);
            transaction.publish();
        }
        talk.say(RouterProgress.line(learned.router().card()));
        talk.say("output   " + Printable.text(path.resolve(RouterFiles.WEIGHTS).toString()));
        if (talk.json()) {
            talk.document(document(path, learned));
        } else {
            talk.data(path.resolve(RouterFiles.WEIGHTS).toString());
        }
        return 0;
    }

    /// The task file of a command that cannot do without one.
    static TaskFile taskFile(Talk talk, @Nullable String tasks) throws MergeException {
        Path path = Words.pathOrNull(talk.console(), "--tasks", tasks);
        if (path == null) {
            throw MergeException.of(ErrorCode.USAGE, "no --tasks given")
                    .withHint("pass --tasks FILE: it names the network and the data");
        }
        return TaskFile.read(path);
    }

    private static Map<String, Object> document(Path path, RouterLearning.Learned learned) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("output", path.toString());
        document.put("tasks", learned.router().card().labels());
        document.put("trainCount", learned.router().card().trainCount());
        document.put("validationCount", learned.router().card().validationCount());
        document.put("bestEpoch", learned.training().bestEpoch());
        document.put("validationAccuracy", learned.training().accuracy());
        List<Map<String, Object>> epochs = new ArrayList<>();
        for (TrainedRouter.Epoch epoch : learned.training().curve()) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("trainLoss", epoch.trainLoss());
            one.put("validationLoss", epoch.loss());
            one.put("validationAccuracy", epoch.accuracy());
            epochs.add(one);
        }
        document.put("epochs", epochs);
        return document;
    }
}
