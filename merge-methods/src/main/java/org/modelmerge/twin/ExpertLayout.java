package org.modelmerge.twin;

import java.util.List;
import org.modelmerge.checkpoint.DType;
import org.modelmerge.checkpoint.OutputTensor;
import org.modelmerge.checkpoint.Shape;
import org.modelmerge.twin.TwinManifest.Tensor;

/// Which tensors an exclusive expert's file has.
final class ExpertLayout {
    private ExpertLayout() {}

    /// The stored tensors of one tensor of one task.
    static List<OutputTensor> outputs(Tensor tensor, int task) {
        return outputs(
                tensor.name(), tensor.shape(), tensor.form(), tensor.kept().get(task));
    }

    /// @param kept the rank of factors, the number of elements otherwise
    static List<OutputTensor> outputs(String name, Shape shape, Form form, long kept) {
        return switch (form) {
            case FACTORS -> {
                long rows = shape.size(0);
                long columns = 1;
                for (int d = 1; d < shape.rank(); d++) {
                    columns = Math.multiplyExact(columns, shape.size(d));
                }
                yield List.of(
                        new OutputTensor(name + ExclusiveExpert.U, DType.F32, Shape.of(rows, kept)),
                        new OutputTensor(name + ExclusiveExpert.VT, DType.F32, Shape.of(kept, columns)));
            }
            case SPARSE ->
                List.of(
                        new OutputTensor(name + ExclusiveExpert.INDEX, DType.I64, Shape.of(kept)),
                        new OutputTensor(name + ExclusiveExpert.VALUE, DType.F32, Shape.of(kept)));
            case DENSE, ORACLE -> List.of(new OutputTensor(name + ExclusiveExpert.DENSE, DType.F32, shape));
        };
    }
}
