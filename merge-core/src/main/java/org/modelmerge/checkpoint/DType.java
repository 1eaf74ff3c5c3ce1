package org.modelmerge.checkpoint;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The element types of the safetensors reference implementation 0.8.0, in the order of its `Dtype` enum.
///
/// The order matters: the reference writer stores tensors by descending dtype, then by name.
public enum DType {
    BOOL(8, Kind.BOOL),
    F4(4, Kind.NARROW_FLOAT),
    F6_E2M3(6, Kind.NARROW_FLOAT),
    F6_E3M2(6, Kind.NARROW_FLOAT),
    U8(8, Kind.INTEGER),
    I8(8, Kind.INTEGER),
    F8_E5M2(8, Kind.NARROW_FLOAT),
    F8_E4M3(8, Kind.NARROW_FLOAT),
    F8_E8M0(8, Kind.NARROW_FLOAT),
    F8_E4M3FNUZ(8, Kind.NARROW_FLOAT),
    F8_E5M2FNUZ(8, Kind.NARROW_FLOAT),
    I16(16, Kind.INTEGER),
    U16(16, Kind.INTEGER),
    F16(16, Kind.FLOAT),
    BF16(16, Kind.FLOAT),
    I32(32, Kind.INTEGER),
    U32(32, Kind.INTEGER),
    F32(32, Kind.FLOAT),
    C64(64, Kind.COMPLEX),
    F64(64, Kind.FLOAT),
    I64(64, Kind.INTEGER),
    U64(64, Kind.INTEGER);

    /// The order in which the reference writer lays tensors out.
    public static final Comparator<DType> WRITE_ORDER = Comparator.reverseOrder();

    private static final Map<String, DType> BY_NAME =
            Arrays.stream(values()).collect(Collectors.toUnmodifiableMap(DType::name, Function.identity()));

    private final int bits;
    private final Kind kind;

    DType(int bits, Kind kind) {
        this.bits = bits;
        this.kind = kind;
    }

    /// What can be done with the values.
    public enum Kind {
        /// F64, F32, F16, BF16: arithmetic is defined.
        FLOAT,
        /// 8 bits and fewer: copied, never averaged.
        NARROW_FLOAT,
        /// Copied from the base.
        INTEGER,
        /// Copied from the base.
        BOOL,
        /// Copied, never averaged.
        COMPLEX
    }

    /// The type with this name in a header, or null.
    public static @Nullable DType named(String name) {
        return BY_NAME.get(name);
    }

    /// All names, for messages.
    public static List<String> names() {
        return Arrays.stream(values()).map(DType::name).toList();
    }

    /// Bits of one element; below 8 for F4, F6_E2M3 and F6_E3M2.
    public int bits() {
        return bits;
    }

    /// What can be done with the values.
    public Kind kind() {
        return kind;
    }

    /// True for F64, F32, F16 and BF16.
    public boolean isFloat() {
        return kind == Kind.FLOAT;
    }

    /// Bytes of one element.
    ///
    /// @throws IllegalStateException for types of fewer than 8 bits
    public int bytes() {
        if (bits < 8) {
            throw new IllegalStateException(this + " has " + bits + " bits an element");
        }
        return bits / 8;
    }
}
