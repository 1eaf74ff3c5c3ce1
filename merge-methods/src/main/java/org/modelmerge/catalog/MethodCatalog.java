package org.modelmerge.catalog;

import java.util.List;
import java.util.Map;
import org.modelmerge.arithmetic.TaskArithmetic;
import org.modelmerge.average.Average;
import org.modelmerge.catalog.MethodEntry.Parameter;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.error.Printable;
import org.modelmerge.method.MergeMethod;
import org.modelmerge.pcb.Degenerate;
import org.modelmerge.pcb.Pcb;
import org.modelmerge.pcb.PcbVariant;
import org.modelmerge.ties.MergeFunction;
import org.modelmerge.ties.Ties;
import org.modelmerge.ties.TrimScope;

/// All methods by name. A new method is one entry here.
public final class MethodCatalog {
    private static final MethodEntry AVERAGE = new MethodEntry(
            "average",
            "Weight averaging",
            "The mean of the experts, or their weighted mean.",
            "out = (w_1 theta_1 + ... + w_n theta_n) / (w_1 + ... + w_n)",
            "the experts were trained for one task from one base (model soups), or as a baseline",
            new Citation(
                    "Wortsman et al.",
                    "Model soups: averaging weights of multiple fine-tuned models improves accuracy without increasing"
                            + " inference time",
                    2022,
                    "2203.05482",
                    "mlfoundations/task_vectors at 826a64c"),
            List.of(new Parameter(
                    "weights",
                    "W1,W2,...",
                    "",
                    "one weight per expert, normalised by their sum; none: the plain mean")),
            values -> new Average(values.numbers("weights")));

    private static final MethodEntry TASK_ARITHMETIC = new MethodEntry(
            "task-arithmetic",
            "Task Arithmetic",
            "The base plus the scaled sum of the task vectors; a negative coefficient forgets.",
            "out = theta_0 + lambda * (tau_1 + ... + tau_n)",
            "you want the simplest strong merge, or to add or remove a skill",
            new Citation(
                    "Ilharco et al.",
                    "Editing Models with Task Arithmetic",
                    2023,
                    "2212.04089",
                    "mlfoundations/task_vectors at 826a64c"),
            List.of(new Parameter(
                    "lambda", "X | X1,X2,...", "0.3", "merging coefficient, one for all tasks or one per task")),
            values -> new TaskArithmetic(values.coefficients("lambda", "0.3")));

    private static final MethodEntry TIES = new MethodEntry(
            "ties",
            "TIES-Merging",
            "Trims each task vector, elects a sign per element, merges what agrees with it.",
            "u_i = trim(tau_i); s = sign(sum_i u_i); out = theta_0 + lambda * mean{u_i : sign(u_i) = s}",
            "task vectors disagree in sign and task arithmetic loses to interference",
            new Citation(
                    "Yadav et al.",
                    "TIES-Merging: Resolving Interference When Merging Models",
                    2023,
                    "2306.01708",
                    "prateeky2806/ties-merging at 44e7891"),
            List.of(
                    new Parameter("density", "P% | F", "20%", "share of elements kept per task, above 0 up to 1"),
                    new Parameter("merge-function", "mean|sum|max", "mean", "how values with the elected sign combine"),
                    new Parameter("trim-scope", "model|tensor", "model", "over what the kept share is counted"),
                    new Parameter("lambda", "X", "1", "factor of the merged task vector")),
            values -> new Ties(
                    values.density("density", "20%"),
                    values.word("merge-function", MergeFunction.class, "mean"),
                    values.word("trim-scope", TrimScope.class, "model"),
                    values.number("lambda", "1")));

    private static final MethodEntry PCB = new MethodEntry(
            "pcb",
            "PCB-Merging",
            "Balances the competition of parameters within each task and between tasks, drops low scores, averages.",
            "w_i = norm(drop(exp(n N_i^2) * inter_i)); out = theta_0 + lambda * sum_i C_i w_i / sum_i w_i",
            "several tasks compete for the same parameters",
            new Citation(
                    "Du et al.",
                    "Parameter Competition Balancing for Model Merging",
                    2024,
                    "2410.02396",
                    "duguodong7/pcb-merging at 5897888"),
            List.of(
                    new Parameter(
                            "variant", "root|nlp|vision-main|vision-es", "root", "which of the authors' four formulas"),
                    new Parameter(
                            "density", "P% | F", "10%", "share of scores kept, above 0 up to 1 (the papers' ratio)"),
                    new Parameter("lambda", "X | X1,X2,...", "1", "factor, one for all tasks or one per task"),
                    new Parameter(
                            "degenerate",
                            "fail|skip-task|nan",
                            "fail",
                            "what to do with a task whose normalisation divides by 0")),
            values -> new Pcb(
                    values.word("variant", PcbVariant.class, "root"),
                    values.density("density", "10%"),
                    values.coefficients("lambda", "1"),
                    values.word("degenerate", Degenerate.class, "fail")));

    private static final MethodEntry ADAMERGING = new MethodEntry(
            "adamerging",
            "AdaMerging",
            "Learned coefficients, one per task and tensor or one per task: applies a file, or learns from unlabelled"
                    + " samples.",
            "out_l = theta_0,l + sum_i clamp(Lambda[l,i], 0, 1) * tau_i,l",
            "you have unlabelled samples of every task and a network that modelmerge knows, or coefficients already",
            new Citation(
                    "Yang et al.",
                    "AdaMerging: Adaptive Model Merging for Multi-Task Learning",
                    2024,
                    "2310.02575",
                    "EnnengYang/AdaMerging at cea1165"),
            List.of(
                    new Parameter("coefficients", "FILE", "", "apply this coefficient file, JSON or safetensors"),
                    new Parameter("row-names", "FILE", "", "names of the rows of an unnamed table, one a line"),
                    new Parameter(
                            "granularity",
                            "layer|task",
                            "",
                            "one coefficient per task and tensor, or per task; default: as the file, layer to learn"),
                    new Parameter(
                            "plus-plus", "", "false", "AdaMerging++: task vectors trimmed and sign-filtered first"),
                    new Parameter("density", "P% | F", "20%", "share kept by --plus-plus"),
                    new Parameter(
                            "no-clamp", "", "false", "coefficients outside of [0, 1], too; not the authors' form"),
                    new Parameter("steps", "N", "500", "learning: steps of the optimiser (the authors' number)"),
                    new Parameter("learning-rate", "X", "0.001", "learning: of Adam, above 0 (the authors' value)"),
                    new Parameter("init", "X", "0.3", "learning: first value of all coefficients (the authors' value)"),
                    new Parameter("batch-size", "N", "16", "learning: samples a batch (the authors' number)"),
                    new Parameter(
                            "batches",
                            "N",
                            "2",
                            "learning: batches a task and step, their losses summed (the authors' number; FusionBench:"
                                    + " 1)"),
                    new Parameter(
                            "patience", "N", "0", "learning: stop after N steps without a better criterion; 0: never"),
                    new Parameter("save-coefficients", "FILE", "", "learning: write what was learned, JSON")),
            AdaMergingFactory::create);

    private static final MethodEntry TWIN = new MethodEntry(
            "twin",
            "Twin-Merging",
            "Keeps one shared expert and per task a compressed exclusive expert, put together input by input.",
            "theta_s = theta_0 + lambda * sum_i tau_i; v_i = compress(theta_i - theta_s); theta* = theta_s + sum_i w_i"
                    + " v_i",
            "one static merge loses too much, and a router may choose for each input",
            new Citation(
                    "Lu et al.",
                    "Twin-Merging: Dynamic Integration of Modular Expertise in Model Merging",
                    2024,
                    "2406.15479",
                    "LZY-the-boys/Twin-Merging at f481c60"),
            List.of(
                    new Parameter("mask-rate", "P% | F", "90%", "share left out of each difference, between 0 and 1"),
                    new Parameter("strategy", "svd|magnitude|bernoulli", "svd", "how differences are compressed"),
                    new Parameter("lambda", "X | X1,X2,...", "0.3", "coefficient of the shared expert"),
                    new Parameter("shared", "FILE", "", "a finished merge as the shared expert, instead of --lambda"),
                    new Parameter(
                            "biases",
                            "routed|shared|oracle",
                            "routed",
                            "biases by the router, of the shared expert, or of the true task"),
                    new Parameter("svd", "auto|exact|randomized", "auto", "auto: exact up to a smaller side of 1024"),
                    new Parameter("seed", "N", "0", "of bernoulli masks and randomised subspaces"),
                    new Parameter(
                            "adapters",
                            "product|separate",
                            "product",
                            "LoRA experts as the models they make of BASE, or factor by factor as in the code")),
            TwinFactory::create);

    private static final List<MethodEntry> ENTRIES = List.of(AVERAGE, TASK_ARITHMETIC, TIES, PCB, ADAMERGING, TWIN);

    private MethodCatalog() {}

    /// All entries, in the order of the documentation.
    public static List<MethodEntry> entries() {
        return ENTRIES;
    }

    /// The entry of this name; `_` counts as `-`.
    ///
    /// @throws MergeException `USAGE`, naming the methods there are
    public static MethodEntry entry(String name) throws MergeException {
        String normalised = name.replace('_', '-');
        for (MethodEntry entry : ENTRIES) {
            if (entry.name().equals(normalised)) {
                return entry;
            }
        }
        List<String> names = ENTRIES.stream().map(MethodEntry::name).toList();
        throw MergeException.of(
                ErrorCode.USAGE,
                "unknown method (got " + Printable.text(name) + ", expected one of " + String.join(", ", names) + ")");
    }

    /// Builds a method, refusing options that it lacks.
    ///
    /// @param values by option name: text as on the command line, or the values of [MergeMethod#parameters()]
    /// @throws MergeException `USAGE`, or what reading a coefficient file throws
    public static MergeMethod create(String name, Map<String, Object> values) throws MergeException {
        MethodEntry entry = entry(name);
        return entry.factory().create(new ParameterValues(entry, values));
    }
}
