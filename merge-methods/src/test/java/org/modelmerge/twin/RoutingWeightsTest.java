package org.modelmerge.twin;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class RoutingWeightsTest {
    @Test
    void areTheSoftmaxOfLogits() {
        assertThat(RoutingWeights.softmax(0, 0)).containsExactly(0.5f, 0.5f);
        assertThat(RoutingWeights.softmax(0, (float) Math.log(3))).containsExactly(0.25f, 0.75f);
        assertThat(RoutingWeights.softmax(5)).containsExactly(1);
    }

    @Test
    void surviveLargeLogits() {
        assertThat(RoutingWeights.softmax(1e30f, 0)).containsExactly(1, 0);
        assertThat(RoutingWeights.softmax(-1e30f, -1e30f)).containsExactly(0.5f, 0.5f);
    }
}
