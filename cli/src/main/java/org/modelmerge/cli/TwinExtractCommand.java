package org.modelmerge.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.modelmerge.error.MergeException;
import org.modelmerge.twin.TwinMerging;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `merge twin extract`.
@CommandLine.Command(
        description = "Extracts a shared expert and one compressed exclusive expert per task into a Twin folder; "
                + "merge --method twin does the same.",
        customSynopsis = "merge twin extract [options] BASE EXPERT...")
final class TwinExtractCommand implements MergingCommand {
    @Mixin
    ScopeOptions scope = new ScopeOptions();

    @Mixin
    OutputOptions output = new OutputOptions();

    @Mixin
    TwinSeedOptions seed = new TwinSeedOptions();

    @Mixin
    MachineOptions machine = new MachineOptions();

    @Mixin
    CommonOptions common = new CommonOptions();

    @Parameters(arity = "0..*", paramLabel = "BASE EXPERT")
    List<String> operands = new ArrayList<>();

    private final MethodOptions method = MethodOptions.of(TwinMerging.NAME);

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
                "merge twin extract base.safetensors cola.safetensors sst2.safetensors",
                "merge twin extract --mask-rate 80% --shared ties.safetensors -o twin/ base/ cola/ sst2/");
    }

    @Override
    public int run(Talk talk) throws MergeException {
        Map<String, Object> values = new LinkedHashMap<>(method.given(talk.console()));
        scope.addTo(values);
        machine.addTo(values);
        Settings.addIfGiven(values, Settings.SEED, seed.seed);
        output.addTo(values);
        Operands models = Operands.of(talk.console(), operands, "merge twin extract BASE EXPERT...");
        Path chosen = Words.pathOrNull(talk.console(), "--output", output.output);
        Path target = chosen != null ? chosen : talk.console().directory().resolve(MergeWork.TWIN_OUTPUT);
        return new TwinWork(talk, output, Settings.ofFlags(values)).run(models, target);
    }
}
