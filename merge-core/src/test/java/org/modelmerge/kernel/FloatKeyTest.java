package org.modelmerge.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.modelmerge.testing.Property;

final class FloatKeyTest {
    @Test
    void hasTheOrderOfTheNumbers() {
        Property.forAll("order of keys", 2000, seed -> {
            SplittableRandom random = new SplittableRandom(seed);
            float a = Float.intBitsToFloat(random.nextInt()) + 0f;
            float b = Float.intBitsToFloat(random.nextInt()) + 0f;
            assertThat(Integer.compare(FloatKey.of(a), FloatKey.of(b))).isEqualTo(Float.compare(a, b));
            assertThat(Float.floatToIntBits(FloatKey.value(FloatKey.of(a)))).isEqualTo(Float.floatToIntBits(a));
        });
    }

    @Test
    void givesBothZerosAndAllNansOneKey() {
        assertThat(FloatKey.of(-0f)).isZero();
        assertThat(FloatKey.of(0f)).isZero();
        assertThat(FloatKey.of(Float.intBitsToFloat(0xffc01234))).isEqualTo(FloatKey.of(Float.NaN));
        assertThat(FloatKey.of(Float.NaN))
                .isGreaterThan(FloatKey.of(Float.POSITIVE_INFINITY))
                .isLessThan(Integer.MAX_VALUE);
    }
}
