package org.modelmerge.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.modelmerge.testing.Property;

final class DotProductTest {
    private static float[] random(SplittableRandom random, int size) {
        float[] values = new float[size];
        for (int j = 0; j < size; j++) {
            values[j] = (float) Math.scalb(random.nextDouble(-1, 1), random.nextInt(-20, 20));
        }
        return values;
    }

    private static double whole(float[] a, float[] b) {
        DotProduct product = new DotProduct();
        product.add(a, b, 0, ElementOrder.NATURAL);
        return product.sum();
    }

    @Test
    void givesTheSameBitsHoweverTheArraysAreCut() {
        Property.forAll("dot product in pieces", 300, seed -> {
            SplittableRandom random = new SplittableRandom(seed);
            int size = random.nextInt(1000);
            float[] a = random(random, size);
            float[] b = random(random, size);
            int longest = 1 + random.nextInt(200);
            DotProduct pieces = new DotProduct();
            long offset = 512L * random.nextInt(1 << 30);
            for (int start = 0; start < size; ) {
                int end = Math.min(size, start + random.nextInt(longest + 1));
                pieces.add(
                        Arrays.copyOfRange(a, start, end),
                        Arrays.copyOfRange(b, start, end),
                        offset + start,
                        ElementOrder.NATURAL);
                start = end;
            }
            assertThat(pieces.sum()).isEqualTo(whole(a, b));
        });
    }

    @Test
    void isNearTheExactSum() {
        Property.forAll("dot product against BigDecimal", 30, seed -> {
            SplittableRandom random = new SplittableRandom(seed);
            float[] a = random(random, 3000);
            float[] b = random(random, 3000);
            BigDecimal exact = BigDecimal.ZERO;
            BigDecimal scale = BigDecimal.ZERO;
            for (int j = 0; j < a.length; j++) {
                BigDecimal product = new BigDecimal(a[j]).multiply(new BigDecimal(b[j]));
                exact = exact.add(product);
                scale = scale.add(product.abs());
            }
            // Each lane adds 6 numbers, then 1024 lanes add up: at most 1030 roundings on a path.
            double bound = 1030 * 0x1p-53 * scale.doubleValue();
            assertThat(new BigDecimal(whole(a, b)).subtract(exact).abs().doubleValue())
                    .isLessThanOrEqualTo(bound);
        });
    }

    @Test
    void startsAnewWhenCleared() {
        DotProduct product = new DotProduct();
        product.add(new float[] {1, 2, 3}, new float[] {4, 5, 6}, 0, ElementOrder.NATURAL);
        assertThat(product.sum()).isEqualTo(32);

        product.clear();

        assertThat(product.sum()).isZero();
    }
}
