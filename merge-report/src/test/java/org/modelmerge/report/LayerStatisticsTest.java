package org.modelmerge.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.modelmerge.checkpoint.Shape;
import org.modelmerge.engine.WeightStatistics;
import org.modelmerge.engine.WeightStatistics.Sums;
import org.modelmerge.engine.WeightStatistics.TensorStatistics;

class LayerStatisticsTest {
    @ParameterizedTest
    @CsvSource({
        "encoder.layer.3.output.weight, encoder.layer.3",
        "model.layers.12.mlp.0.weight, model.layers.12",
        "blk.0.attn_q.weight, blk.0",
        "0.weight, 0",
        "c1.weight, c1",
        "lm_head, lm_head",
        "model.embed_tokens.weight, model",
        "a..b, a",
        "a.7, a.7",
        "a.7b.weight, a",
    })
    void groupsByTheFirstInteger(String tensor, String layer) {
        assertThat(LayerStatistics.layerOf(tensor)).isEqualTo(layer);
    }

    @Test
    void ordersLayersAsPeopleCount() {
        WeightStatistics statistics =
                statistics(tensor("pooler.w", 1), tensor("l.10.w", 1), tensor("l.2.w", 1), tensor("emb", 1));

        assertThat(LayerStatistics.of(statistics))
                .extracting(LayerStatistics::name)
                .containsExactly("emb", "l.2", "l.10", "pooler");
    }

    @Test
    void addsUpTheTensorsOfALayer() {
        WeightStatistics statistics = statistics(tensor("l.0.a", 3), tensor("l.0.b", 4));

        // Each tensor: 10 elements, 8 active, 4 agreeing, |base| 10 x, |merged| x, |tau| x.
        assertThat(LayerStatistics.of(statistics))
                .containsExactly(new LayerStatistics("l.0", 2, 20, 0.1, 0.5, List.of(5.0)));
    }

    @Test
    void listsTheTenMostChangedTensorsEqualOnesByName() {
        TensorStatistics[] tensors = IntStream.range(0, 12)
                .mapToObj(i -> new TensorStatistics("t" + i, Shape.of(1), sums(100, i < 2 ? 4 : 1)))
                .toArray(TensorStatistics[]::new);

        assertThat(TopChanged.of(statistics(tensors)))
                .extracting(TensorStatistics::name)
                .containsExactly("t0", "t1", "t10", "t11", "t2", "t3", "t4", "t5", "t6", "t7");
    }

    @Test
    void listsNoTensorThatDidNotChangeOrIsZeroInTheBase() {
        WeightStatistics statistics = statistics(
                new TensorStatistics("same", Shape.of(1), sums(1, 0)),
                new TensorStatistics("zero", Shape.of(1), sums(0, 1)));

        assertThat(TopChanged.of(statistics)).isEmpty();
    }

    private static TensorStatistics tensor(String name, double size) {
        return new TensorStatistics(name, Shape.of(10), sums(100 * size * size, size * size));
    }

    private static Sums sums(double baseSquares, double mergedSquares) {
        return new Sums(
                10,
                8,
                4,
                9,
                baseSquares,
                mergedSquares,
                0,
                new double[] {mergedSquares},
                new double[1],
                new double[1],
                new double[1]);
    }

    private static WeightStatistics statistics(TensorStatistics... tensors) {
        return new WeightStatistics(
                List.of("a"), List.of(tensors), sums(1, 1), 1, new double[][] {{1}}, new boolean[1]);
    }
}
