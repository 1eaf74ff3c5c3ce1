package org.modelmerge.onnx;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.modelmerge.checkpoint.DType;
import org.modelmerge.checkpoint.NameFilter;
import org.modelmerge.checkpoint.Shape;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.error.Printable;
import org.modelmerge.onnx.ImportPlan.Item;

/// Decides what becomes of each initialiser.
///
/// A tensor with a name of its own keeps it. One whose name the exporter made up gets the name of the parameter of
/// each module that uses it; without such a module it is a constant and left out, unless it is the weight of a
/// layer: then nothing is imported, because a checkpoint that lacks a weight is of no use.
final class ImportPlanner {
    private static final String NOT_ASKED = "not asked for";

    private static final Set<String> QUANTISED = Set.of(
            "ConvInteger",
            "DequantizeLinear",
            "DynamicQuantizeLSTM",
            "DynamicQuantizeMatMul",
            "GatherBlockQuantized",
            "MatMulBnb4",
            "MatMulInteger",
            "MatMulIntegerToFloat",
            "MatMulNBits",
            "QAttention",
            "QGemm",
            "QLinearConv",
            "QLinearMatMul",
            "QMoE");

    private final Graph graph;
    private final NameFilter filter;
    private final List<Item> items = new ArrayList<>();
    private final List<LeftOut> leftOut = new ArrayList<>();
    private final Set<String> names = new LinkedHashSet<>();
    private final Map<String, String> sources = new HashMap<>();
    private int foldedConvolutions;

    private ImportPlanner(Graph graph, NameFilter filter) {
        this.graph = graph;
        this.filter = filter;
    }

    /// Decides.
    ///
    /// @throws MergeException `UNSUPPORTED_FORMAT` naming the tensor, or `USAGE` for a pattern that matches
    ///     nothing
    static ImportPlan plan(Graph graph, NameFilter filter) throws MergeException {
        ImportPlanner planner = new ImportPlanner(graph, filter);
        for (Initializer source : graph.initializers()) {
            planner.add(source);
        }
        filter.requireMatches(planner.names);
        return new ImportPlan(planner.items, planner.leftOut, planner.foldedConvolutions);
    }

    private void add(Initializer source) throws MergeException {
        Set<ModuleName> places = places(source);
        names.add(source.name());
        places.forEach(place -> names.add(place.name()));
        if (places.isEmpty()) {
            addWithoutName(source);
        }
        for (ModuleName place : places) {
            if (!filter.contains(place.name(), source.name())) {
                leftOut.add(new LeftOut(source.name(), NOT_ASKED));
                continue;
            }
            requireFloat(source);
            items.add(new Item(source, imported(source, place)));
        }
        if (!places.isEmpty() && isFoldedConvolution(source)) {
            foldedConvolutions++;
        }
    }

    /// A convolution's weight keeps its name unless something was multiplied into it.
    private boolean isFoldedConvolution(Initializer source) {
        return ModuleName.isMadeUp(source.name())
                && graph.usesOf(source.name()).stream()
                        .anyMatch(use -> use.operator().startsWith("Conv") && use.input() == 1);
    }

    /// The names of a tensor in the output: its own, or those of the modules that use it.
    private Set<ModuleName> places(Initializer source) {
        Set<ModuleName> places = new LinkedHashSet<>();
        if (!ModuleName.isMadeUp(source.name())) {
            places.add(new ModuleName(source.name(), false));
            return places;
        }
        for (Use use : graph.usesOf(source.name())) {
            ModuleName place = ModuleName.of(use, source.shape().rank());
            if (place != null) {
                places.add(place);
            }
        }
        return places;
    }

    private void addWithoutName(Initializer source) throws MergeException {
        List<Use> uses = graph.usesOf(source.name());
        boolean isExcluded = !filter.contains(source.name(), source.name());
        for (Use use : uses) {
            if (!isExcluded && ModuleName.isWeight(use, source.shape().rank())) {
                throw unsupported(
                                source,
                                "its name is made up, and the node that uses it does not tell the right one (got "
                                        + use.operator() + " " + quoted(use.node())
                                        + ", expected a name such as \"/encoder/layer.0/output/dense/"
                                        + use.operator() + "\")")
                        .withHint("leave it out with --exclude, or export the model again with names");
            }
        }
        if (!isExcluded) {
            requireFloat(source);
        }
        String users = uses.stream()
                .map(use -> Printable.text(use.operator()))
                .distinct()
                .limit(3)
                .collect(Collectors.joining(", "));
        leftOut.add(new LeftOut(
                source.name(),
                isExcluded ? NOT_ASKED : users.isEmpty() ? "used by no node" : "a constant of " + users));
    }

    private void requireFloat(Initializer source) throws MergeException {
        for (Use use : graph.usesOf(source.name())) {
            if (QUANTISED.contains(use.operator())) {
                throw unsupported(
                                source,
                                "a quantised operator uses it (got " + use.operator()
                                        + ", expected weights in floating point)")
                        .withHint("import the model's export in floating point");
            }
        }
    }

    private ImportedTensor imported(Initializer source, ModuleName place) throws MergeException {
        String other = sources.putIfAbsent(place.name(), source.name());
        if (other != null) {
            throw MergeException.of(
                            ErrorCode.UNSUPPORTED_FORMAT,
                            "two tensors would get this name (got " + quoted(other) + " and " + quoted(source.name())
                                    + ", expected one)")
                    .atTensor(place.name())
                    .withHint("leave one out with --exclude and its name in the ONNX file");
        }
        Shape shape = source.shape();
        Shape placed = place.transposed() ? Shape.of(shape.size(1), shape.size(0)) : shape;
        return new ImportedTensor(place.name(), source.name(), dtype(source), placed, place.transposed());
    }

    private static DType dtype(Initializer source) throws MergeException {
        OnnxType type = OnnxType.of(source.typeCode());
        if (type == null || type.dtype() == null) {
            throw unsupported(
                            source,
                            "its element type has no place in safetensors (got "
                                    + (type == null ? "number " + source.typeCode() : type)
                                    + ", expected a type such as FLOAT or INT64)")
                    .withHint("leave it out with --exclude");
        }
        return type.dtype();
    }

    private static String quoted(String text) {
        return "\"" + Printable.text(text) + "\"";
    }

    private static MergeException unsupported(Initializer source, String problem) {
        return MergeException.of(ErrorCode.UNSUPPORTED_FORMAT, problem).atTensor(source.name());
    }
}
