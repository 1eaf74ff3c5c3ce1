package org.modelmerge.svd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.modelmerge.error.MergeException;

final class TruncatedSvdTest {
    private static TruncatedSvd of(float[][] matrix, int columns, int rank, SvdMode mode) throws MergeException {
        return TruncatedSvd.of(RowSource.of(matrix, columns), rank, mode, 7, new Workspace(new Workers(2)));
    }

    @ParameterizedTest
    @CsvSource({"30, 20, 6", "20, 30, 6", "1, 9, 1", "9, 1, 1", "64, 64, 63", "12, 12, 12", "5, 70, 2"})
    void reachesTheOptimumWhenExact(int rows, int columns, int rank) throws MergeException {
        float[][] matrix = Matrices.random(rows, columns, rank);
        double[] squares = Matrices.squaredSingularValues(matrix);

        TruncatedSvd svd = of(matrix, columns, rank, SvdMode.EXACT);

        double norm = Math.sqrt(svd.squares());
        double optimum = Matrices.optimum(squares, rank);
        assertThat(Matrices.residual(matrix, columns, svd)).isCloseTo(optimum, within(2e-6 * norm));
        assertThat(svd.residual() * norm).isCloseTo(optimum, within(2e-3 * norm));
        assertThat(svd.exact()).isTrue();
        for (int k = 0; k < rank; k++) {
            assertThat(column(svd, rows, k)).isCloseTo(Math.sqrt(squares[k]), within(2e-6 * norm));
        }
    }

    private static double column(TruncatedSvd svd, int rows, int k) {
        double sum = 0;
        for (int i = 0; i < rows; i++) {
            sum += (double) svd.u()[i * svd.rank() + k] * svd.u()[i * svd.rank() + k];
        }
        return Math.sqrt(sum);
    }

    @ParameterizedTest
    @CsvSource({"300, 200, 10", "200, 300, 10", "150, 150, 1"})
    void staysWithinOnePercentOfTheOptimumWhenRandomised(int rows, int columns, int rank) throws MergeException {
        float[][] noise = Matrices.random(rows, columns, 3);
        double[] squares = Matrices.squaredSingularValues(noise);

        TruncatedSvd svd = of(noise, columns, rank, SvdMode.RANDOMIZED);

        double residual = Matrices.residual(noise, columns, svd);
        assertThat(svd.exact()).isFalse();
        assertThat(residual / Matrices.optimum(squares, rank)).isBetween(0.999999, 1.01);
        assertThat(svd.residual() * Math.sqrt(svd.squares()))
                .as("the stated residual")
                .isCloseTo(residual, within(1e-3 * residual));
    }

    @Test
    void findsWhatADominantDirectionHidesWhenRandomised() throws MergeException {
        float[][] matrix = Matrices.decaying(200, 180, 40, 5);
        for (float[] row : matrix) {
            for (int j = 0; j < row.length; j++) {
                row[j] += 30;
            }
        }
        double[] squares = Matrices.squaredSingularValues(matrix);

        TruncatedSvd svd = of(matrix, 180, 10, SvdMode.RANDOMIZED);

        assertThat(Matrices.residual(matrix, 180, svd) / Matrices.optimum(squares, 10))
                .isLessThan(1.02);
    }

    @Test
    void findsAllOfAMatrixOfLowerRankWhenRandomised() throws MergeException {
        float[][] matrix = Matrices.decaying(200, 180, 3, 5);

        TruncatedSvd svd = of(matrix, 180, 12, SvdMode.RANDOMIZED);

        assertThat(Matrices.residual(matrix, 180, svd)).isLessThan(1e-5 * Math.sqrt(svd.squares()));
        assertThat(svd.u()).doesNotContain(Float.NaN);
    }

    /// One block alone, narrower than the rank, would find no more of them than it has vectors.
    @ParameterizedTest
    @CsvSource({"60, 0.5", "60, 0.1", "60, 0.9", "120, 0.3"})
    void findsAllOfManyEqualSingularValuesWhenRandomised(int rank, double next) throws MergeException {
        int size = 512;
        double[] values = new double[size];
        for (int k = 0; k < size; k++) {
            values[k] = k < rank ? 1 : next * (1 - k / (2.0 * size));
        }
        float[][] matrix = Matrices.ofSingularValues(values);
        double[] squares = Arrays.stream(values).map(value -> value * value).toArray();

        TruncatedSvd svd = of(matrix, size, rank, SvdMode.RANDOMIZED);

        assertThat(svd.exact()).isFalse();
        assertThat(Matrices.residual(matrix, size, svd) / Matrices.optimum(squares, rank))
                .isBetween(0.9999, 1.01);
    }

    @ParameterizedTest
    @EnumSource(SvdMode.class)
    void givesZeroFactorsForAZeroMatrix(SvdMode mode) throws MergeException {
        TruncatedSvd svd = of(new float[200][150], 150, 4, mode);

        assertThat(svd.u()).hasSize(800).containsOnly(0);
        assertThat(svd.energyKept()).isEqualTo(1);
        assertThat(svd.residual()).isZero();
    }

    @Test
    void keepsNothingAtRankZero() throws MergeException {
        TruncatedSvd svd = of(Matrices.random(8, 8, 1), 8, 0, SvdMode.AUTO);

        assertThat(svd.u()).isEmpty();
        assertThat(svd.vt()).isEmpty();
        assertThat(svd.energyKept()).isZero();
        assertThat(svd.squares()).isPositive();
    }

    @ParameterizedTest
    @EnumSource(SvdMode.class)
    void givesTheSameBitsWhateverTheThreads(SvdMode mode) throws MergeException {
        float[][] matrix = Matrices.random(260, 190, 9);
        RowSource source = RowSource.of(matrix, 190);

        TruncatedSvd first = TruncatedSvd.of(source, 9, mode, 1, Workspace.alone());

        for (int threads = 2; threads <= 4; threads++) {
            TruncatedSvd again = TruncatedSvd.of(source, 9, mode, 1, new Workspace(new Workers(threads)));
            assertThat(again.u()).isEqualTo(first.u());
            assertThat(again.vt()).isEqualTo(first.vt());
            assertThat(again.keptSquares()).isEqualTo(first.keptSquares());
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {1e-30, 1e-12, 1e12, 1e18})
    void worksAtAnyScale(double scale) throws MergeException {
        float[][] matrix = Matrices.decaying(160, 150, 20, 2);
        for (float[] row : matrix) {
            for (int j = 0; j < row.length; j++) {
                row[j] *= (float) scale;
            }
        }

        TruncatedSvd exact = of(matrix, 150, 8, SvdMode.EXACT);
        TruncatedSvd random = of(matrix, 150, 8, SvdMode.RANDOMIZED);

        assertThat(exact.energyKept()).isBetween(0.9, 1.0);
        assertThat(random.energyKept()).isCloseTo(exact.energyKept(), within(1e-4));
    }

    @Test
    void decomposesASquareOfEqualSingularValues() throws MergeException {
        float[][] identity = new float[140][140];
        for (int i = 0; i < identity.length; i++) {
            identity[i][i] = 1;
        }

        assertThat(of(identity, 140, 14, SvdMode.EXACT).energyKept()).isCloseTo(0.1, within(1e-6));
        assertThat(of(identity, 140, 14, SvdMode.RANDOMIZED).energyKept()).isCloseTo(0.1, within(1e-5));
    }

    @Test
    void refusesARankAboveTheSmallerSide() {
        assertThatThrownBy(() -> of(new float[3][4], 4, 4, SvdMode.AUTO))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("rank 4");
    }

    @ParameterizedTest
    @CsvSource({
        "60, 40, 6, EXACT",
        "40, 60, 6, EXACT",
        "700, 900, 0, AUTO",
        "3000, 200, 20, EXACT",
        "200, 3000, 20, EXACT",
        "300, 200, 10, RANDOMIZED",
        "200, 300, 40, RANDOMIZED",
        "50, 1500, 5, RANDOMIZED"
    })
    void givesTheSameBitsOnArraysThatWereUsedAndNeedsNoOthers(int rows, int columns, int rank, SvdMode mode)
            throws MergeException {
        RowSource first = RowSource.of(Matrices.random(rows, columns, 1), columns);
        RowSource second = RowSource.of(Matrices.decaying(rows, columns, Math.min(rows, columns), 2), columns);
        TruncatedSvd expected = TruncatedSvd.of(second, rank, mode, 7, new Workspace(new Workers(2)));
        Workspace workspace = new Workspace(new Workers(2));
        TruncatedSvd.of(first, rank, mode, 7, workspace);
        long bytes = workspace.bytes();

        TruncatedSvd again = TruncatedSvd.of(second, rank, mode, 7, workspace);

        assertThat(again.u()).isEqualTo(expected.u());
        assertThat(again.vt()).isEqualTo(expected.vt());
        assertThat(again.keptSquares()).isEqualTo(expected.keptSquares());
        // Two threads need not meet in every product.
        assertThat(workspace.bytes()).isBetween(bytes, TruncatedSvd.peakBytes(rows, columns, rank, mode, 2));
    }

    @Test
    void givesUpItsArraysForAnotherShape() throws MergeException {
        Workspace workspace = Workspace.alone();
        TruncatedSvd.of(RowSource.of(Matrices.random(300, 200, 1), 200), 5, SvdMode.EXACT, 7, workspace);

        TruncatedSvd.of(RowSource.of(Matrices.random(20, 10, 1), 10), 5, SvdMode.EXACT, 7, workspace);

        assertThat(workspace.bytes()).isLessThanOrEqualTo(TruncatedSvd.peakBytes(20, 10, 5, SvdMode.EXACT, 1));
    }
}
