package org.modelmerge.cli;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.modelmerge.checkpoint.LocalStorage;
import org.modelmerge.checkpoint.OutputTransaction;
import org.modelmerge.checkpoint.Storage;
import org.modelmerge.error.MergeException;
import org.modelmerge.error.Printable;
import org.modelmerge.evaluation.RoutingMatrix;
import org.modelmerge.evaluation.Split;
import org.modelmerge.json.JsonWriter;
import org.modelmerge.network.NetworkAnswers.RunOptions;
import org.modelmerge.network.TwinItems;
import org.modelmerge.routing.SharesOfTask;
import org.modelmerge.routing.TaskMatch;
import org.modelmerge.task.Task;
import org.modelmerge.task.TaskFile;
import org.modelmerge.twin.TwinFolder;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `merge twin route`.
@CommandLine.Command(
        description = "Tells which exclusive experts the router gives to the items of tasks: mean shares per task, "
                + "and the shares of each item on request.",
        customSynopsis = "merge twin route --tasks FILE [options] DIR")
final class TwinRouteCommand implements Command {
    private static final List<String> SPLITS = List.of("test", "validation", "train", "unlabelled");

    @Mixin
    Questions questions = new Questions();

    @Mixin
    CommonOptions common = new CommonOptions();

    @Parameters(arity = "0..*", paramLabel = "DIR")
    List<String> paths = new ArrayList<>();

    /// Which items, and where their shares go.
    @CommandLine.Command(optionListHeading = "Routing")
    static final class Questions {
        @Option(names = "--tasks", paramLabel = "FILE", description = "task file that names the items")
        @Nullable
        String tasks;

        @Option(
                names = "--split",
                paramLabel = "test|validation|train|unlabelled",
                description = "which items (default: test)")
        String split = "test";

        @Option(names = "--save-weights", paramLabel = "FILE", description = "write the shares of each item, as JSON")
        @Nullable
        String saved;

        @Option(
                names = {"-f", "--force"},
                description = "replace an existing file, atomically")
        boolean force;
    }

    @Override
    public CommonOptions common() {
        return common;
    }

    @Override
    public List<HelpText.Line> operands() {
        return List.of(new HelpText.Line("DIR", "a Twin folder with a router"));
    }

    @Override
    public List<String> examples() {
        return List.of(
                "merge twin route --tasks tasks.yaml merged-twin",
                "merge twin route --tasks tasks.yaml --split train --save-weights shares.json merged-twin");
    }

    @Override
    public int run(Talk talk) throws MergeException {
        Path path = TwinInspectCommand.folder(talk, paths);
        Split chosen =
                Split.valueOf(Words.choice("--split", questions.split, SPLITS).toUpperCase(Locale.ROOT));
        TaskFile file = TwinTrainRouterCommand.taskFile(talk, questions.tasks);
        Path target = Words.pathOrNull(talk.console(), "--save-weights", questions.saved);
        Storage storage = LocalStorage.INSTANCE;
        RoutingMatrix matrix;
        try (OutputTransaction transaction = OutputTransaction.begin(storage, questions.force)) {
            Path staged = target == null ? null : transaction.stageFile(target);
            List<float[][]> all = new ArrayList<>();
            matrix = route(path, file, chosen, all);
            if (staged != null) {
                write(storage, staged, matrix, all);
                transaction.publish();
            }
        }
        if (talk.json()) {
            StringBuilder text = new StringBuilder();
            JsonWriter json = JsonWriter.compact(text).beginObject().member("schema", 1);
            json.member("split", chosen.key());
            matrix.write(json);
            json.endObject();
            talk.data(text.toString());
        } else {
            table(matrix).print(talk);
        }
        return 0;
    }

    /// @param all takes the shares of the items, task by task
    private static RoutingMatrix route(Path path, TaskFile file, Split split, List<float[][]> all)
            throws MergeException {
        try (TwinItems items = TwinItems.open(TwinFolder.open(path), file.model(), RunOptions.DEFAULT)) {
            List<String> experts = items.folder().tasks();
            items.router();
            int[] own = TaskMatch.experts(experts, file);
            List<RoutingMatrix.Row> rows = new ArrayList<>();
            for (int i = 0; i < own.length; i++) {
                Task task = file.tasks().get(i);
                float[][] shares = items.shares(split.of(task), Integer.MAX_VALUE);
                SharesOfTask sums = new SharesOfTask(experts.size());
                sums.add(shares);
                rows.add(sums.row(task.name(), own[i]));
                all.add(shares);
            }
            return new RoutingMatrix(experts, rows);
        }
    }

    private static void write(Storage storage, Path staged, RoutingMatrix matrix, List<float[][]> all)
            throws MergeException {
        StringBuilder text = new StringBuilder();
        JsonWriter json = JsonWriter.compact(text).beginObject().member("schema", 1);
        json.member("experts", matrix.experts()).name("tasks").beginArray();
        for (int i = 0; i < all.size(); i++) {
            json.beginObject()
                    .member("name", matrix.rows().get(i).task())
                    .name("weights")
                    .beginArray();
            for (float[] item : all.get(i)) {
                json.beginArray();
                for (float share : item) {
                    json.value(share);
                }
                json.endArray();
            }
            json.endArray().endObject();
        }
        json.endArray().endObject();
        byte[] bytes = text.append('\n').toString().getBytes(StandardCharsets.UTF_8);
        storage.write(staged, bytes);
    }

    /// Tasks by experts, and how often a task's own expert has the largest share.
    static Table table(RoutingMatrix matrix) {
        List<String> head = new ArrayList<>(List.of("task", "items"));
        matrix.experts().forEach(expert -> head.add(Printable.text(expert)));
        head.add("own largest");
        Table table = new Table("", head, 1);
        for (RoutingMatrix.Row row : matrix.rows()) {
            List<String> cells = new ArrayList<>(List.of(Printable.text(row.task()), Quantity.count(row.items())));
            for (double share : row.mean()) {
                cells.add(TwinWork.percent(share));
            }
            cells.add(row.expert() < 0 ? "-" : TwinWork.percent(row.own()));
            table.add(cells.toArray(String[]::new));
        }
        return table;
    }
}
