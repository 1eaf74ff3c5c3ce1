package org.modelmerge.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.modelmerge.testing.Property;

final class PackedFloatsTest {
    @Test
    void givesTheSameBitsAgain() {
        Property.forAll("packed floats", 300, seed -> {
            SplittableRandom random = new SplittableRandom(seed);
            float[] all = new float[random.nextInt(300)];
            int bound = 1 + random.nextInt(20);
            for (int j = 0; j < all.length; j++) {
                if (random.nextInt(bound) == 0 || (bound == 20 && j > 70)) {
                    all[j] = Float.intBitsToFloat(random.nextInt());
                }
            }
            float[] again = new float[all.length];
            Arrays.fill(again, Float.NaN);
            PackedFloats.of(all).unpack(again);
            for (int j = 0; j < all.length; j++) {
                assertThat(Float.floatToRawIntBits(again[j])).isEqualTo(Float.floatToRawIntBits(all[j]));
            }
        });
    }

    @Test
    void keepsNegativeZerosAndDropsPositiveOnes() {
        PackedFloats packed = PackedFloats.of(new float[] {0f, -0f, 5f, 0f});
        assertThat(packed.values()).hasSize(2).contains(5f, -0f);
        assertThat(packed.bytes()).isEqualTo(16);
    }
}
