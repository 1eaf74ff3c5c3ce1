package org.modelmerge.routing;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class RoutingGroupsTest {
    private static final float[][] SHARES = {{1, 0}, {0.9f, 0.1f}, {0, 1}, {0.5f, 0.5f}, {0.05f, 0.95f}};

    @Test
    void putsCloseSharesTogetherAndServesThemWithTheirMean() {
        RoutingGroups groups = RoutingGroups.of(SHARES, 0.11);

        assertThat(groups.members()).containsExactly(new int[] {0, 1}, new int[] {2, 4}, new int[] {3});
        assertThat(groups.weights().get(0)).containsExactly(0.95f, 0.05f);
        assertThat(groups.weights().get(1)).containsExactly(0.025f, 0.975f);
        assertThat(groups.weights().get(2)).containsExactly(0.5f, 0.5f);
    }

    @Test
    void aRadiusOfZeroJoinsEqualSharesOnly() {
        RoutingGroups groups = RoutingGroups.of(new float[][] {{1, 0}, {0, 1}, {1, 0}}, 0);

        assertThat(groups.members()).containsExactly(new int[] {0, 2}, new int[] {1});
    }

    @Test
    void aRadiusOfOneJoinsAll() {
        assertThat(RoutingGroups.of(SHARES, 1).members()).hasSize(1);
    }
}
