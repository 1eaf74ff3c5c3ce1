package org.modelmerge.onnx;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.modelmerge.checkpoint.RangeSource;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;

/// Reads the structure of an ONNX file; weights are passed over.
///
/// ```
/// ModelProto     producer_name = 2, producer_version = 3, graph = 7
/// GraphProto     node = 1, initializer = 5, sparse_initializer = 15
/// NodeProto      input = 1, name = 3, op_type = 4, attribute = 5, metadata_props = 9
/// AttributeProto name = 1, i = 3, g = 6, graphs = 11
/// ```
///
/// Source: onnx/onnx 1.23, `onnx/onnx.proto`. Fields that are not named here are checked to lie inside their
/// message and passed over.
final class GraphReader {
    /// As deep as the protobuf libraries follow messages.
    private static final int MAX_DEPTH = 100;

    /// Bounds the memory that names and records take; the longest header that safetensors allows could not hold
    /// more.
    private static final long MAX_KEPT_BYTES = 100_000_000;

    private static final long RECORD_BYTES = 100;

    /// Where PyTorch's newer exporter says which modules a node came from.
    private static final String SCOPES = "pkg.torch.onnx.name_scopes";

    private final WireReader wire;
    private final long fileEnd;
    private final TensorReader tensors;
    private final List<Initializer> initializers = new ArrayList<>();
    private final Map<String, List<Use>> uses = new HashMap<>();
    private String producerName = "";
    private String producerVersion = "";
    private boolean hasGraph;
    private long keptBytes;

    private GraphReader(RangeSource source) {
        wire = new WireReader(source);
        fileEnd = source.size();
        tensors = new TensorReader(wire);
    }

    /// @throws MergeException `MALFORMED` or `UNSUPPORTED_FORMAT`, without the file; or what the source throws
    static Graph read(RangeSource source) throws MergeException {
        return new GraphReader(source).model();
    }

    private Graph model() throws MergeException {
        while (wire.hasNext(fileEnd)) {
            switch (wire.field(fileEnd)) {
                case 2 -> producerName = wire.text(fileEnd);
                case 3 -> producerVersion = wire.text(fileEnd);
                case 7 -> {
                    if (hasGraph) {
                        throw WireReader.malformed(wire.position(), "a second graph, expected one");
                    }
                    hasGraph = true;
                    graph(wire.bytes(fileEnd), 1);
                }
                default -> wire.skip(fileEnd);
            }
        }
        if (!hasGraph) {
            throw MergeException.of(
                    ErrorCode.MALFORMED,
                    "not an ONNX model: it has no graph (got " + fileEnd + " bytes, expected a field 7 among them)");
        }
        return new Graph((producerName + " " + producerVersion).strip(), initializers, uses);
    }

    private void graph(long end, int depth) throws MergeException {
        if (depth > MAX_DEPTH) {
            throw WireReader.malformed(
                    wire.position(), "graphs nested " + depth + " deep, expected at most " + MAX_DEPTH);
        }
        while (wire.hasNext(end)) {
            switch (wire.field(end)) {
                case 1 -> node(wire.bytes(end), depth);
                case 5 -> {
                    Initializer tensor = tensors.read(wire.bytes(end));
                    keep(tensor.name().length());
                    initializers.add(tensor);
                }
                case 15 -> throw sparse(wire.bytes(end));
                default -> wire.skip(end);
            }
        }
    }

    private MergeException sparse(long end) throws MergeException {
        String name = "";
        while (wire.hasNext(end)) {
            if (wire.field(end) == 1) {
                name = tensors.read(wire.bytes(end)).name();
            } else {
                wire.skip(end);
            }
        }
        return MergeException.of(ErrorCode.UNSUPPORTED_FORMAT, "got a sparse tensor, expected dense ones")
                .atTensor(name);
    }

    private void node(long end, int depth) throws MergeException {
        List<String> inputs = new ArrayList<>();
        String name = "";
        String operator = "";
        String scopes = "";
        boolean transB = false;
        while (wire.hasNext(end)) {
            switch (wire.field(end)) {
                case 1 -> {
                    inputs.add(wire.text(end));
                    keep(inputs.getLast().length());
                }
                case 3 -> name = wire.text(end);
                case 4 -> operator = wire.text(end);
                case 5 -> transB |= attribute(wire.bytes(end), depth);
                case 9 -> {
                    Map.Entry<String, String> entry = wire.entry(wire.bytes(end));
                    scopes = entry.getKey().equals(SCOPES) ? entry.getValue() : scopes;
                }
                default -> wire.skip(end);
            }
        }
        keep(name.length() + operator.length() + scopes.length());
        for (int input = 0; input < inputs.size(); input++) {
            if (!inputs.get(input).isEmpty()) {
                uses.computeIfAbsent(inputs.get(input), _ -> new ArrayList<>(1))
                        .add(new Use(operator, name, scopes, input, transB));
            }
        }
    }

    /// @return whether it is `transB`, and set
    private boolean attribute(long end, int depth) throws MergeException {
        String name = "";
        long number = 0;
        while (wire.hasNext(end)) {
            switch (wire.field(end)) {
                case 1 -> name = wire.text(end);
                case 3 -> number = wire.number(end);
                case 6, 11 -> graph(wire.bytes(end), depth + 1);
                default -> wire.skip(end);
            }
        }
        return name.equals("transB") && number != 0;
    }

    private void keep(long characters) throws MergeException {
        keptBytes += characters + RECORD_BYTES;
        if (keptBytes > MAX_KEPT_BYTES) {
            throw MergeException.of(
                    ErrorCode.UNSUPPORTED_FORMAT,
                    "the graph is too large (got names and nodes of " + keptBytes + " bytes, expected at most "
                            + MAX_KEPT_BYTES + ")");
        }
    }
}
