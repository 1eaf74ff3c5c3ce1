package org.modelmerge.onnx;

import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.modelmerge.checkpoint.DType;

/// The element types of ONNX, `TensorProto.DataType`, and where their values lie when they are not raw bytes.
///
/// Source: onnx/onnx 1.23, `onnx/onnx.proto`.
enum OnnxType {
    FLOAT(1, DType.F32, Field.FLOAT_DATA),
    UINT8(2, DType.U8, Field.INT32_DATA),
    INT8(3, DType.I8, Field.INT32_DATA),
    UINT16(4, DType.U16, Field.INT32_DATA),
    INT16(5, DType.I16, Field.INT32_DATA),
    INT32(6, DType.I32, Field.INT32_DATA),
    INT64(7, DType.I64, Field.INT64_DATA),
    STRING(8, null, Field.NONE),
    BOOL(9, DType.BOOL, Field.INT32_DATA),
    FLOAT16(10, DType.F16, Field.INT32_DATA),
    DOUBLE(11, DType.F64, Field.DOUBLE_DATA),
    UINT32(12, DType.U32, Field.UINT64_DATA),
    UINT64(13, DType.U64, Field.UINT64_DATA),
    COMPLEX64(14, DType.C64, Field.FLOAT_DATA),
    COMPLEX128(15, null, Field.NONE),
    BFLOAT16(16, DType.BF16, Field.INT32_DATA),
    FLOAT8E4M3FN(17, DType.F8_E4M3, Field.INT32_DATA),
    FLOAT8E4M3FNUZ(18, DType.F8_E4M3FNUZ, Field.INT32_DATA),
    FLOAT8E5M2(19, DType.F8_E5M2, Field.INT32_DATA),
    FLOAT8E5M2FNUZ(20, DType.F8_E5M2FNUZ, Field.INT32_DATA),
    UINT4(21, null, Field.NONE),
    INT4(22, null, Field.NONE),
    FLOAT4E2M1(23, null, Field.NONE),
    FLOAT8E8M0(24, DType.F8_E8M0, Field.INT32_DATA);

    private static final Map<Long, OnnxType> BY_CODE =
            Arrays.stream(values()).collect(Collectors.toUnmodifiableMap(type -> type.code, Function.identity()));

    private final long code;
    private final @Nullable DType dtype;
    private final Field field;

    OnnxType(long code, @Nullable DType dtype, Field field) {
        this.code = code;
        this.dtype = dtype;
        this.field = field;
    }

    /// The field that holds values one by one.
    enum Field {
        NONE,
        FLOAT_DATA,
        DOUBLE_DATA,
        INT32_DATA,
        INT64_DATA,
        UINT64_DATA
    }

    /// The type with this number, or null.
    static @Nullable OnnxType of(long code) {
        return BY_CODE.get(code);
    }

    /// The same type in safetensors, or null where there is none.
    @Nullable
    DType dtype() {
        return dtype;
    }

    /// Where the values lie when they are not raw bytes.
    Field field() {
        return field;
    }
}
