package org.modelmerge.onnx;

import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The name that a parameter had in the module whose call became a node.
///
/// PyTorch's exporter keeps a parameter's name unless it folds an operation into it. A linear layer computes `x
/// W^T`, and where the exporter folds the transposition, it stores `W^T` under a name such as `onnx::MatMul_787`.
/// The node still tells where it came from: `/encoder/layer.0/attention/self/query/MatMul` was a call of the
/// module `encoder.layer.0.attention.self.query`, whose parameter is `weight`.
///
/// PyTorch's newer exporter (`dynamo=True`) numbers its nodes, and writes the modules into their metadata.
///
/// @param name the parameter's name
/// @param transposed whether the file holds it with rows and columns exchanged
record ModuleName(String name, boolean transposed) {
    /// Names that exporters make up: of folded results and of constants.
    private static final Pattern MADE_UP =
            Pattern.compile("|onnx::.*|/.*|[0-9]+|_?(val|v)_[0-9]+|_*[Cc]onst(ant)?(_[0-9]+)?(_output_[0-9]+)?");

    /// `/MODULE/OPERATOR`, with a number behind it from the second call on.
    private static final Pattern NODE = Pattern.compile("/(?<module>.+)/(?<operator>[A-Za-z]+)(_[0-9]+)?");

    /// `['', 'encoder', 'encoder.query', 'linear_3']`: a call of the linear function inside of the module that holds
    /// the weight. Other functions use parameters that keep their names.
    private static final Pattern LINEAR =
            Pattern.compile("\\[.*'(?<module>[^',]+)', 'linear(_[0-9]+)?'\\]", Pattern.DOTALL);

    private static final Set<String> RECURRENT = Set.of("LSTM", "GRU", "RNN");

    /// Whether an exporter made the name up, so that it says nothing.
    static boolean isMadeUp(String name) {
        return MADE_UP.matcher(name).matches();
    }

    /// Whether a tensor used so is a weight of a layer and no mere constant.
    static boolean isWeight(Use use, int rank) {
        return switch (use.operator()) {
            case "MatMul" -> use.input() == 1 && rank >= 2;
            case "Gemm", "Conv", "ConvTranspose" -> use.input() == 1;
            default -> RECURRENT.contains(use.operator()) && (use.input() == 1 || use.input() == 2);
        };
    }

    /// The parameter's name, or null if the use does not tell it.
    static @Nullable ModuleName of(Use use, int rank) {
        String module = moduleOf(use);
        if (module == null) {
            return null;
        }
        return switch (use.operator()) {
            case "MatMul" -> use.input() == 1 && rank == 2 ? new ModuleName(module + ".weight", true) : null;
            case "Gemm" ->
                switch (use.input()) {
                    case 1 -> rank == 2 ? new ModuleName(module + ".weight", !use.transB()) : null;
                    case 2 -> new ModuleName(module + ".bias", false);
                    default -> null;
                };
            case "Conv", "ConvTranspose" ->
                switch (use.input()) {
                    case 1 -> new ModuleName(module + ".weight", false);
                    case 2 -> new ModuleName(module + ".bias", false);
                    default -> null;
                };
            default -> null;
        };
    }

    private static @Nullable String moduleOf(Use use) {
        Matcher scopes = LINEAR.matcher(use.scopes());
        if (scopes.matches()) {
            return scopes.group("module");
        }
        Matcher node = NODE.matcher(use.node());
        return node.matches() && node.group("operator").equals(use.operator())
                ? node.group("module").replace('/', '.')
                : null;
    }
}
