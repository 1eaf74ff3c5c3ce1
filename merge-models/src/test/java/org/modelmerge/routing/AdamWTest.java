package org.modelmerge.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Map;
import org.junit.jupiter.api.Test;

final class AdamWTest {
    /// The first step of Adam moves by the rate against the sign, whatever the length of the gradient.
    @Test
    void movesByTheRateAtFirst() {
        Map<String, float[]> parameters = Map.of("w", new float[] {1, -2, 3});

        new AdamW().step(parameters, Map.of("w", new float[] {0.5f, -40, 0}), 0.01);

        assertThat((double) parameters.get("w")[0]).isCloseTo(0.99, within(1e-7));
        assertThat((double) parameters.get("w")[1]).isCloseTo(-1.99, within(1e-7));
        assertThat(parameters.get("w")[2]).isEqualTo(3);
    }

    /// Two steps by hand: gradients 1 and 3, rate 0.1.
    ///
    /// ```
    /// m = 0.1, 0.39; v = 0.001, 0.009999; m^ = 1, 0.39/0.19; v^ = 1, 0.009999/0.001999
    /// ```
    @Test
    void remembersEarlierGradients() {
        Map<String, float[]> parameters = Map.of("w", new float[] {0});
        AdamW optimizer = new AdamW();

        optimizer.step(parameters, Map.of("w", new float[] {1}), 0.1);
        optimizer.step(parameters, Map.of("w", new float[] {3}), 0.1);

        double second = 0.1 * (0.39 / 0.19) / Math.sqrt(0.009999 / 0.001999);
        assertThat((double) parameters.get("w")[0]).isCloseTo(-0.1 - second, within(1e-6));
    }

    @Test
    void refusesAGradientWithoutAParameter() {
        assertThatThrownBy(() -> new AdamW().step(Map.of(), Map.of("w", new float[1]), 0.1))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
