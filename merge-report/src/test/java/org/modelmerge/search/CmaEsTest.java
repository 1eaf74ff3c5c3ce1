package org.modelmerge.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;

final class CmaEsTest {
    private static List<Axis> axes(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> new Axis("lambda", i, 0.8, 1.3, 1))
                .toList();
    }

    /// A hill with its top at 0.9 + 0.05 i, steeper in later directions.
    private static double height(List<Double> x) {
        double loss = 0;
        for (int i = 0; i < x.size(); i++) {
            double off = x.get(i) - (0.9 + 0.05 * i);
            loss += (1 + i) * off * off;
        }
        return -loss;
    }

    @SuppressWarnings("unchecked") // what axes per task give
    private static List<Double> list(Map<String, Object> values) {
        return (List<Double>) values.get("lambda");
    }

    private static List<List<Double>> points(CmaEs search) throws MergeException {
        List<List<Double>> points = new ArrayList<>();
        search.search(values -> {
            points.add(list(values));
            return height(list(values));
        });
        return points;
    }

    @ParameterizedTest
    @CsvSource({"1,60", "2,120", "6,400"})
    void climbsAHill(int dimension, int budget) throws MergeException {
        double best = Double.NEGATIVE_INFINITY;
        for (List<Double> point : points(new CmaEs(axes(dimension), budget, 3))) {
            best = Math.max(best, height(point));
        }
        assertThat(best).isCloseTo(0, within(1e-4));
    }

    @Test
    void beginsAtTheStartAndStaysInTheBox() throws MergeException {
        List<List<Double>> points = points(new CmaEs(axes(3), 100, 0));
        assertThat(points.getFirst()).containsExactly(1.0, 1.0, 1.0);
        assertThat(points).allSatisfy(point -> assertThat(point)
                .allSatisfy(value -> assertThat(value).isBetween(0.8, 1.3)));
    }

    @Test
    void triesValuesOfFourDecimals() throws MergeException {
        assertThat(points(new CmaEs(axes(2), 50, 0))).allSatisfy(point -> assertThat(point)
                .allSatisfy(value -> assertThat(Double.toString(value)).hasSizeLessThanOrEqualTo(6)));
    }

    @Test
    void asksForTheSamePointsWithTheSameSeedAndForOthersWithAnother() throws MergeException {
        List<List<Double>> points = points(new CmaEs(axes(4), 60, 11));
        assertThat(points(new CmaEs(axes(4), 60, 11))).isEqualTo(points);
        assertThat(points(new CmaEs(axes(4), 60, 12))).isNotEqualTo(points);
    }

    @Test
    void aLargerBudgetGoesOnWhereASmallerOneEnds() throws MergeException {
        List<List<Double>> points = points(new CmaEs(axes(2), 90, 5));
        assertThat(points).hasSize(90);
        assertThat(points(new CmaEs(axes(2), 37, 5))).isEqualTo(points.subList(0, 37));
    }

    @Test
    void mixesSharedAxesWithAxesPerTask() throws MergeException {
        List<Axis> axes = new ArrayList<>(axes(2));
        axes.add(new Axis("density", Axis.SHARED, 0.01, 1, 0.2));
        new CmaEs(axes, 10, 0).search(values -> {
            assertThat(list(values)).hasSize(2);
            assertThat(values.get("density")).isInstanceOf(Double.class);
            return 0;
        });
    }

    @Test
    void letsTheObjectivesFailureThrough() {
        MergeException failure = MergeException.of(ErrorCode.CANCELLED, "cancelled");
        assertThatThrownBy(() -> new CmaEs(axes(2), 10, 0).search(_ -> {
                    throw failure;
                }))
                .isSameAs(failure);
    }
}
