package org.modelmerge.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.modelmerge.checkpoint.Checkpoint;
import org.modelmerge.checkpoint.LocalStorage;
import org.modelmerge.engine.CheckpointDiff;
import org.modelmerge.engine.CheckpointDiff.TensorDifference;
import org.modelmerge.engine.CheckpointDiff.Values;
import org.modelmerge.engine.MergeObserver;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.error.Printable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `merge diff`.
@CommandLine.Command(
        description = {
            "Compares two checkpoints: names, shapes, dtypes, and the values of every tensor.",
            "Exit code 0 if all bits are equal, 6 if not; metadata and the split into files play no part."
        },
        customSynopsis = "merge diff [options] A B")
final class DiffCommand implements Command {
    @Mixin
    CommonOptions common = new CommonOptions();

    @Parameters(arity = "0..*", paramLabel = "A B")
    List<String> paths = new ArrayList<>();

    @Override
    public CommonOptions common() {
        return common;
    }

    @Override
    public List<HelpText.Line> operands() {
        return List.of(new HelpText.Line("A, B", "a .safetensors file, a folder with a model, or an index file"));
    }

    @Override
    public List<String> examples() {
        return List.of("merge diff base.safetensors merged.safetensors", "merge diff --json model/ other-model/");
    }

    @Override
    public List<Integer> exitCodes() {
        return List.of(0, 1, 2, 3, 5, 6);
    }

    @Override
    public int run(Talk talk) throws MergeException {
        if (paths.size() != 2) {
            throw MergeException.of(
                    ErrorCode.USAGE, "got " + Quantity.count(paths.size(), "checkpoint") + ", expected A and B");
        }
        CheckpointDiff diff;
        MergeObserver observer = talk.observer();
        try (Checkpoint a = Checkpoint.open(LocalStorage.INSTANCE, Words.path(talk.console(), "A", paths.get(0)));
                Checkpoint b = Checkpoint.open(LocalStorage.INSTANCE, Words.path(talk.console(), "B", paths.get(1)))) {
            diff = CheckpointDiff.between(a, b, observer);
        } finally {
            Talk.end(observer);
        }
        if (talk.json()) {
            talk.document(document(diff));
        } else {
            print(diff, talk);
        }
        return diff.isEqual() ? 0 : ErrorCode.ANSWER_NO.exitCode();
    }

    private static void print(CheckpointDiff diff, Talk talk) {
        diff.onlyInA().forEach(name -> talk.data("only in A: " + Printable.text(name)));
        diff.onlyInB().forEach(name -> talk.data("only in B: " + Printable.text(name)));
        diff.shapes()
                .forEach(shape -> talk.data("shape differs: " + Printable.text(shape.name()) + " " + shape.a()
                        + " in A, " + shape.b() + " in B"));
        diff.dtypes()
                .forEach(dtype -> talk.data("dtype differs: " + Printable.text(dtype.name()) + " " + dtype.a()
                        + " in A, " + dtype.b() + " in B"));
        Table table = new Table("", List.of("tensor", "changed", "elements", "max |B-A|", "|B-A|/|A|"), 1);
        int equal = 0;
        for (TensorDifference tensor : diff.tensors()) {
            if (tensor.values().changedCount() == 0 && !talk.verbose()) {
                equal++;
            } else {
                add(table, Printable.text(tensor.name()), tensor.values());
            }
        }
        if (diff.total().changedCount() > 0) {
            add(table, "all", diff.total());
        }
        table.print(talk);
        if (equal > 0) {
            talk.data(Quantity.count(equal, "tensor") + " equal to the bit");
        }
        if (diff.total().nonFiniteCount() > 0) {
            talk.data(Quantity.count(diff.total().nonFiniteCount(), "difference")
                    + " with NaN or infinity, left out of maximum and norm");
        }
    }

    private static void add(Table table, String name, Values values) {
        table.add(
                name,
                Long.toString(values.changedCount()),
                Long.toString(values.elementCount()),
                Quantity.measure(values.maxAbs()),
                Quantity.measure(values.relativeNorm()));
    }

    private static Map<String, Object> document(CheckpointDiff diff) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("equal", diff.isEqual());
        document.putAll(members(diff.total()));
        document.put("onlyInA", diff.onlyInA());
        document.put("onlyInB", diff.onlyInB());
        document.put(
                "shapes",
                diff.shapes().stream()
                        .map(shape ->
                                unequal(shape.name(), InspectCommand.sizes(shape.a()), InspectCommand.sizes(shape.b())))
                        .toList());
        document.put(
                "dtypes",
                diff.dtypes().stream()
                        .map(dtype -> unequal(
                                dtype.name(), dtype.a().name(), dtype.b().name()))
                        .toList());
        List<Map<String, Object>> tensors = new ArrayList<>();
        for (TensorDifference tensor : diff.tensors()) {
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("name", tensor.name());
            entry.putAll(members(tensor.values()));
            tensors.add(entry);
        }
        document.put("tensors", tensors);
        return document;
    }

    private static Map<String, Object> unequal(String name, Object a, Object b) {
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("name", name);
        entry.put("a", a);
        entry.put("b", b);
        return entry;
    }

    private static Map<String, Object> members(Values values) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("changed", values.changedCount());
        members.put("elements", values.elementCount());
        members.put("nonFinite", values.nonFiniteCount());
        members.put("maxAbs", values.maxAbs());
        members.put("relativeNorm", values.relativeNorm());
        return members;
    }
}
