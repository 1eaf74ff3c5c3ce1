package org.modelmerge.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.testing.MemoryStorage;

/// What [SliceEncoder] writes, [SliceReader] reads.
final class SliceCodecTest {
    private static final float[] VALUES = {0f, -0f, 1f, -1.5f, 0.1f, 65504f, 1e-3f, 3f};

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }

    @ParameterizedTest
    @EnumSource(names = {"F64", "F32", "F16", "BF16"})
    void readsWhatWasEncodedAndSaysWhatTheBytesMean(DType dtype) throws MergeException {
        float[] written = new float[VALUES.length];

        byte[] encoded = bytes(new SliceEncoder(VALUES.length).encode(VALUES, dtype, written));

        assertThat(encoded).hasSize(VALUES.length * dtype.bytes());
        float[] read = new float[VALUES.length];
        new SliceReader(VALUES.length).readFloats(MemoryStorage.source(encoded), dtype, 0, read);
        assertThat(read).containsExactly(written);
        if (dtype == DType.F32 || dtype == DType.F64) {
            assertThat(written).containsExactly(VALUES);
        } else {
            assertThat(written[4]).isNotEqualTo(0.1f).isCloseTo(0.1f, offset(1e-3f));
        }
    }

    @Test
    void writesLittleEndian() {
        byte[] encoded = bytes(new SliceEncoder(1).encode(new float[] {1f}, DType.F32, new float[1]));

        assertThat(encoded).containsExactly(0, 0, 0x80, 0x3f);
    }

    @Test
    void leavesTheValuesAlone() {
        float[] values = VALUES.clone();

        new SliceEncoder(VALUES.length).encode(values, DType.BF16, new float[VALUES.length]);

        assertThat(values).containsExactly(VALUES);
    }

    @Test
    void readsShorterWindowsAtAnyByteAfterLongerOnes() throws MergeException {
        ByteBuffer file = ByteBuffer.allocate(1 + 8 * 4).order(ByteOrder.LITTLE_ENDIAN);
        file.position(1);
        for (float value : VALUES) {
            file.putFloat(value);
        }
        SliceReader reader = new SliceReader(VALUES.length);
        float[] all = new float[VALUES.length];
        reader.readFloats(MemoryStorage.source(file.array()), DType.F32, 1, all);
        float[] part = new float[2];
        reader.readFloats(MemoryStorage.source(file.array()), DType.F32, 1 + 4 * 4, part);

        assertThat(all).containsExactly(VALUES);
        assertThat(part).containsExactly(0.1f, 65504f);
    }

    @Test
    void roundsFloat64OnceToNearestEven() throws MergeException {
        double tie = 1 + Math.ulp(1f) / 2.0;
        ByteBuffer file = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
        file.putDouble(tie).putDouble(Math.nextUp(tie));
        float[] read = new float[2];

        new SliceReader(2).readFloats(MemoryStorage.source(file.array()), DType.F64, 0, read);

        assertThat(read).containsExactly(1f, Math.nextUp(1f));
    }

    @Test
    void refusesAWindowPastTheEnd() {
        assertThatThrownBy(() ->
                        new SliceReader(4).readFloats(MemoryStorage.source(new byte[8]), DType.F32, 0, new float[3]))
                .isInstanceOfSatisfying(
                        MergeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CHANGED));
    }

    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.EXCLUDE,
            names = {"F64", "F32", "F16", "BF16", "F4", "F6_E2M3", "F6_E3M2"})
    void hasNoArithmeticForOtherDTypes(DType dtype) {
        assertThatThrownBy(
                        () -> new SliceReader(1).readFloats(MemoryStorage.source(new byte[8]), dtype, 0, new float[1]))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new SliceEncoder(1).encode(new float[1], dtype, new float[1]))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
