package org.modelmerge.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.error.Printable;
import org.modelmerge.yaml.NearestName;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `merge --method METHOD BASE EXPERT...`, the main command.
@CommandLine.Command(
        description = "Merges fine-tuned checkpoints of one base into one, by arithmetic on weights.",
        customSynopsis = "merge --method METHOD [options] BASE EXPERT...")
final class MergeCommand implements MergingCommand {
    @Option(names = "--method", paramLabel = "METHOD", description = "how to merge; merge methods lists them")
    @Nullable
    String methodName;

    @Mixin
    ScopeOptions scope = new ScopeOptions();

    @Mixin
    OutputOptions output = new OutputOptions();

    @Mixin
    LearnOptions learning = new LearnOptions();

    @Mixin
    MachineOptions machine = new MachineOptions();

    @Mixin
    CommonOptions common = new CommonOptions();

    @Parameters(arity = "0..*", paramLabel = "BASE EXPERT")
    List<String> operands = new ArrayList<>();

    private final MethodOptions method = new MethodOptions();

    @Override
    public CommonOptions common() {
        return common;
    }

    @Override
    public MethodOptions method() {
        return method;
    }

    @Override
    public List<HelpText.Line> operands() {
        return Operands.HELP;
    }

    @Override
    public List<String> examples() {
        return List.of(
                "merge --method ties base.safetensors math.safetensors code.safetensors",
                "merge --method task-arithmetic --lambda 0.3 -o merged/ base/ expert-a/ expert-b/");
    }

    @Override
    public int run(Talk talk) throws MergeException {
        if (methodName == null) {
            throw noMethod();
        }
        Map<String, Object> values = new LinkedHashMap<>(method.given(talk.console()));
        scope.addTo(values);
        learning.addTo(values);
        machine.addTo(values);
        output.addTo(values);
        Operands models = Operands.of(talk.console(), operands, "merge --method METHOD BASE EXPERT...");
        return new MergeWork(talk, output, learning, methodName, Settings.ofFlags(values)).run(models, null);
    }

    /// Without a method the first word may have been meant as a command.
    private MergeException noMethod() {
        String first = operands.isEmpty() ? "" : operands.getFirst();
        String command = NearestName.of(first, Commands.words());
        MergeException fault = MergeException.of(
                ErrorCode.USAGE,
                command == null ? "no --method given" : "no --method given, and no command " + Printable.text(first));
        return fault.withHint(
                command == null ? "merge methods lists the methods" : "did you mean merge " + command + "?");
    }
}
