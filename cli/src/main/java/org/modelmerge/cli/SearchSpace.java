package org.modelmerge.cli;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.modelmerge.catalog.MethodCatalog;
import org.modelmerge.catalog.MethodEntry;
import org.modelmerge.catalog.MethodEntry.Parameter;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.error.Printable;
import org.modelmerge.method.Coefficients;
import org.modelmerge.method.Density;
import org.modelmerge.method.MergeMethod;
import org.modelmerge.search.Axis;
import org.modelmerge.search.CmaEs;
import org.modelmerge.search.GridSearch;
import org.modelmerge.search.SearchStrategy;

/// From the words of `merge search` to what is tried.
///
/// @param method the catalogue's entry
/// @param given the method's options as they were given
/// @param taskCount the number of experts
record SearchSpace(MethodEntry method, Map<String, Object> given, int taskCount) {
    private static final String LAMBDA = "lambda";
    private static final String LAMBDAS = "lambdas";
    private static final String DENSITY = "density";
    private static final int DEFAULT_BUDGET = 100;
    private static final int MOST_TRIALS = 100_000;
    private static final double LARGEST = 1e6;

    private record Box(double low, double high) {}

    /// The strategy, its starting values refused where they cannot be used.
    ///
    /// @throws MergeException `USAGE`
    static SearchStrategy strategy(String name, Map<String, Object> given, int taskCount, SearchCommand.Space words)
            throws MergeException {
        SearchSpace space = new SearchSpace(MethodCatalog.entry(name), given, taskCount);
        if (!methods().contains(space.method.name())) {
            String problem = givesModel(space.method) ? " has no lambda to search" : " gives no single model to score";
            throw MergeException.of(ErrorCode.USAGE, space.method.name() + problem)
                    .withHint(searchableMethods());
        }
        return words.grid.isEmpty() ? space.cmaEs(words) : space.grid(words);
    }

    /// The methods that have something to search.
    static List<String> methods() {
        return MethodCatalog.entries().stream()
                .filter(entry -> givesModel(entry) && searchable(entry).contains(LAMBDA))
                .map(MethodEntry::name)
                .toList();
    }

    /// The hint for who has chosen none of them.
    static String searchableMethods() {
        return "methods that can be searched: " + String.join(", ", methods());
    }

    private static boolean givesModel(MethodEntry method) {
        return !method.name().equals("twin");
    }

    private static List<String> searchable(MethodEntry method) {
        return method.parameters().stream()
                .map(Parameter::name)
                .filter(name -> name.equals(LAMBDA) || name.equals(DENSITY))
                .toList();
    }

    private SearchStrategy grid(SearchCommand.Space words) throws MergeException {
        if (words.over != null || !words.box.isEmpty() || words.budget != null) {
            throw MergeException.of(ErrorCode.USAGE, "--grid and --over, --box, --budget exclude each other")
                    .withHint("these three are for CMA-ES, which searches without --grid");
        }
        GridSearch grid = GridSearch.parse(words.grid);
        for (String option : grid.axes().keySet()) {
            requireSearchable("--grid", option);
            if (given.containsKey(option)) {
                throw MergeException.of(ErrorCode.USAGE, "--grid and --" + option + " give the same option");
            }
            requireValues(option, grid.axes().getOrDefault(option, List.of()));
        }
        return grid;
    }

    /// A value that the method refuses is told now, not when its turn comes.
    private void requireValues(String option, List<BigDecimal> values) throws MergeException {
        Map<String, Object> one = new LinkedHashMap<>(given);
        for (BigDecimal value : values) {
            one.put(option, value.doubleValue());
            try {
                MergeMethod _ = MethodCatalog.create(method.name(), one);
            } catch (MergeException e) {
                throw Words.usage("--grid", String.valueOf(e.getMessage()));
            }
        }
    }

    private void requireSearchable(String option, String name) throws MergeException {
        if (!searchable(method).contains(name)) {
            throw Words.usage(
                    option,
                    "got " + Printable.text(name) + ", expected " + String.join(" or ", searchable(method)) + " for "
                            + method.name());
        }
    }

    private SearchStrategy cmaEs(SearchCommand.Space words) throws MergeException {
        Map<String, Box> boxes = boxes(words.box);
        boolean takesLists = parameter(LAMBDA).values().contains(",");
        String over = words.over == null ? takesLists ? LAMBDAS : LAMBDA : words.over;
        List<Axis> axes = new ArrayList<>();
        Map<String, Boolean> searched = new LinkedHashMap<>();
        for (String word : over.split(",", -1)) {
            String what = Words.choice("--over", word.strip(), List.of(LAMBDA, LAMBDAS, DENSITY));
            String option = what.equals(LAMBDAS) ? LAMBDA : what;
            requireSearchable("--over", option);
            if (what.equals(LAMBDAS) && !takesLists) {
                throw Words.usage("--over", "got lambdas, expected lambda: " + method.name() + " takes one for all");
            }
            if (searched.put(option, true) != null) {
                throw Words.usage("--over", "got " + option + " twice, expected it once");
            }
            Box box = boxes.getOrDefault(option, byDefault(option));
            int count = what.equals(LAMBDAS) ? taskCount : 1;
            for (int i = 0; i < count; i++) {
                axes.add(new Axis(
                        option, what.equals(LAMBDAS) ? i : Axis.SHARED, box.low, box.high, start(option, i, box)));
            }
        }
        for (String option : boxes.keySet()) {
            if (!searched.containsKey(option)) {
                throw Words.usage("--box", "got " + option + ", which is not searched");
            }
        }
        int budget = words.budget == null ? DEFAULT_BUDGET : Words.count("--budget", words.budget, 1, MOST_TRIALS);
        return new CmaEs(axes, budget, Words.seed(words.seed));
    }

    private Map<String, Box> boxes(List<String> texts) throws MergeException {
        Map<String, Box> boxes = new LinkedHashMap<>();
        for (String text : texts) {
            String[] parts = text.split("[=:]", -1);
            if (parts.length != 3) {
                throw Words.usage("--box", "got " + Printable.text(text) + ", expected OPTION=LOW:HIGH");
            }
            requireSearchable("--box", parts[0]);
            boolean isDensity = parts[0].equals(DENSITY);
            double low =
                    isDensity ? Words.share("--box", parts[1]) : Words.number("--box", parts[1], -LARGEST, LARGEST);
            double high =
                    isDensity ? Words.share("--box", parts[2]) : Words.number("--box", parts[2], -LARGEST, LARGEST);
            if (!(low < high)) {
                throw Words.usage("--box", "got " + Printable.text(text) + ", expected LOW below HIGH");
            }
            boxes.put(parts[0], new Box(low, high));
        }
        return boxes;
    }

    /// Where the authors search: methods' pages say from which source.
    private Box byDefault(String option) {
        if (option.equals(DENSITY)) {
            return new Box(0.01, 1);
        }
        return switch (method.name()) {
            case "pcb" -> new Box(0.8, 1.3);
            case "ties" -> new Box(0.5, 3);
            default -> new Box(0, 1);
        };
    }

    /// The value that was given or is the method's default; a default outside the box moves to its nearest end.
    private double start(String option, int task, Box box) throws MergeException {
        Object value = given.get(option);
        String text = value == null ? parameter(option).defaultValue() : value.toString();
        double start;
        if (option.equals(DENSITY)) {
            start = Density.parse(text).fraction();
        } else {
            String[] list = text.split(",", -1);
            Coefficients.parse(text).checkCount(taskCount);
            start = Words.number("--" + option, list[Math.min(task, list.length - 1)].strip(), -LARGEST, LARGEST);
        }
        if (value != null && (start < box.low || start > box.high)) {
            throw Words.usage(
                    "--" + option,
                    "got " + start + " to begin with, expected it inside the box from " + box.low + " to " + box.high);
        }
        return Math.clamp(start, box.low, box.high);
    }

    private Parameter parameter(String option) {
        return method.parameters().stream()
                .filter(parameter -> parameter.name().equals(option))
                .findFirst()
                .orElseThrow();
    }
}
