package org.modelmerge.testing;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.modelmerge.checkpoint.Shape;

/// Builds small ONNX files for tests. Nodes and tensors stand in the file in the order in which they are added.
public final class TinyOnnx {
    /// `TensorProto.DataType`.
    public static final int FLOAT = 1;

    public static final int INT8 = 3;
    public static final int INT32 = 6;
    public static final int INT64 = 7;
    public static final int STRING = 8;
    public static final int BOOL = 9;
    public static final int FLOAT16 = 10;
    public static final int DOUBLE = 11;
    public static final int BFLOAT16 = 16;
    public static final int INT4 = 22;

    private final ProtoMessage graph = new ProtoMessage();

    /// Adds a node.
    public TinyOnnx node(String operator, String name, String... inputs) {
        graph.message(1, nodeMessage(operator, name, inputs));
        return this;
    }

    /// Adds a node with an integer attribute.
    public TinyOnnx nodeWith(String attribute, long value, String operator, String name, String... inputs) {
        ProtoMessage message = new ProtoMessage().text(1, attribute).number(3, value);
        graph.message(1, nodeMessage(operator, name, inputs).message(5, message));
        return this;
    }

    /// Adds a node that says which modules it came from, as PyTorch's newer exporter does.
    public TinyOnnx nodeInScopes(String scopes, String operator, String name, String... inputs) {
        ProtoMessage entry =
                new ProtoMessage().text(1, "pkg.torch.onnx.name_scopes").text(2, scopes);
        graph.message(1, nodeMessage(operator, name, inputs).message(9, entry));
        return this;
    }

    /// Adds a node that holds a graph, as `If` and `Loop` do.
    public TinyOnnx nodeAround(TinyOnnx inner) {
        ProtoMessage body = new ProtoMessage().text(1, "body").message(6, inner.graph);
        graph.message(1, nodeMessage("If", "/If").message(5, body));
        return this;
    }

    private static ProtoMessage nodeMessage(String operator, String name, String... inputs) {
        ProtoMessage node = new ProtoMessage();
        for (String input : inputs) {
            node.text(1, input);
        }
        return node.text(2, name + "_output_0").text(3, name).text(4, operator);
    }

    /// Adds a FLOAT tensor of raw bytes.
    public TinyOnnx floats(String name, Shape shape, float... values) {
        return raw(name, FLOAT, shape, bytes(values));
    }

    /// Adds a tensor of raw bytes.
    public TinyOnnx raw(String name, int type, Shape shape, byte[] bytes) {
        return tensor(header(name, type, shape).bytes(9, bytes));
    }

    /// Adds a tensor whose message was built elsewhere.
    public TinyOnnx tensor(ProtoMessage tensor) {
        graph.message(5, tensor);
        return this;
    }

    /// Adds a tensor whose values lie in another file.
    public TinyOnnx external(String name, Shape shape, String... keysAndValues) {
        ProtoMessage tensor = header(name, FLOAT, shape).number(14, 1);
        for (int i = 0; i < keysAndValues.length; i += 2) {
            tensor.message(13, new ProtoMessage().text(1, keysAndValues[i]).text(2, keysAndValues[i + 1]));
        }
        return tensor(tensor);
    }

    /// Adds a field to the graph.
    public TinyOnnx graphField(int field, ProtoMessage message) {
        graph.message(field, message);
        return this;
    }

    /// A tensor's message without values.
    public static ProtoMessage header(String name, int type, Shape shape) {
        ProtoMessage tensor = new ProtoMessage();
        for (long size : shape.sizes()) {
            tensor.number(1, size);
        }
        return tensor.number(2, type).text(8, name);
    }

    /// Little-endian F32.
    public static byte[] bytes(float... values) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            bytes.putFloat(value);
        }
        return bytes.array();
    }

    /// The whole file.
    public byte[] toBytes() {
        return new ProtoMessage()
                .number(1, 8)
                .text(2, "tiny")
                .text(3, "1.0")
                .message(7, graph)
                .message(8, new ProtoMessage().number(2, 17))
                .toBytes();
    }

    /// Writes the file.
    ///
    /// @return `file`
    public Path write(Path file) throws IOException {
        return Files.write(file, toBytes());
    }
}
