package org.modelmerge.svd;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.modelmerge.error.MergeException;
import org.modelmerge.kernel.CounterHash;

/// Singular vectors from a random block Krylov subspace, in float32.
///
/// ```
/// Y_0 = A X, X random of b columns;  Y_(s+1) = A At Y_s, orthonormal in between
/// K = span{Y_2, ..., Y_(k+1)};  Q orthonormal, span(Q) = K;  B = Qt A;  B Bt = W L Wt
/// A ~ (Q W_r) (Wt_r B)
/// ```
///
/// Source: Musco and Musco, "Randomized Block Krylov Methods for Stronger and Faster Approximate Singular Value
/// Decomposition", 2015, arXiv:1504.05477, algorithm 2. Differs: k blocks together are about twice as wide as the rank,
/// each of them narrower; the first two serve as a start and do not enter the subspace, which keeps the eigenproblem
/// small and reached residuals within 1% of the optimum on every spectrum that was measured (docs/decisions/0013);
/// the basis is orthonormal block by block, by a pivoted Cholesky decomposition, which drops directions that the matrix
/// lacks. Blocks narrower than the rank may miss some of many equal singular values: random vectors outside of the
/// subspace tell, and then another random block extends it.
final class KrylovSvd {
    private static final int STARTING_BLOCKS = 2;
    private static final int LEAST_BLOCKS = 3;
    private static final int MOST_BLOCKS = 8;
    private static final int RANKS_PER_BLOCK = 50;
    private static final int OVERSAMPLING = 4;
    private static final int PROBES = 4;
    /// Blocks at the end whose products probes share: the first turns them to what is large, the last measures it.
    private static final int PROBED_BLOCKS = 2;
    /// A direction outside whose square is so many times that of the last one inside was missed.
    private static final double MISSED = 1.1;
    /// Directions whose share of a block's norm is below this are rounding noise of float32.
    private static final double NEGLIGIBLE = 1e-5;

    private static final int LARGEST_EXPONENT = 120;

    private final RowSource matrix;
    private final int rows;
    private final int columns;
    private final int rank;
    private final long key;
    private final Workspace workspace;
    private final List<float[]> basis = new ArrayList<>();
    private final List<float[]> projected = new ArrayList<>();

    KrylovSvd(RowSource matrix, int rank, long key, Workspace workspace) {
        this.matrix = matrix;
        this.rows = matrix.rows();
        this.columns = matrix.columns();
        this.rank = rank;
        this.key = key;
        this.workspace = workspace;
    }

    private static int blocks(int rank) {
        return Math.clamp(rank / RANKS_PER_BLOCK, LEAST_BLOCKS, MOST_BLOCKS);
    }

    private static int blockSize(int rank) {
        return 19 * rank / (10 * blocks(rank)) + OVERSAMPLING;
    }

    /// The dimension of the subspace.
    static int basisSize(int rank) {
        return blocks(rank) * blockSize(rank);
    }

    /// Bytes of the arrays in use, results included, if the subspace need not be extended: the basis and its image, and
    /// at most four more blocks of each side.
    static long bytes(long rows, long columns, int rank, int threads) {
        long block = (long) blockSize(rank) + PROBES;
        long basis = basisSize(rank);
        long blocks = (basis + 4 * block) * (rows + columns) + 2 * block * basis + basis * basis;
        long longer = Math.max(rows, columns);
        return (rows * columns + blocks + (rows + columns) * rank) * Float.BYTES
                + Gram.bytesOfRows(basis, longer, threads)
                + 2 * Gram.bytesOfRows(block, longer, threads)
                + SymmetricEigen.bytes(basis, threads)
                + PivotedCholesky.bytes(block)
                + 3 * Products.bytes(basis, longer, threads);
    }

    TruncatedSvd compute() throws MergeException {
        float[][] a = workspace.floats(rows, columns);
        matrix.read(0, rows, a);
        int exponent = normalise(a);
        SymmetricEigen eigen = null;
        for (int draw = 0; ; draw++) {
            int before = basis.size();
            double outside = extend(a, draw);
            if (basis.size() == before) {
                break;
            }
            if (basis.size() < rank) {
                continue;
            }
            if (eigen != null) {
                eigen.release(workspace);
            }
            eigen = eigen(projected.toArray(float[][]::new), rank);
            if (outside <= MISSED * eigen.values()[rank - 1]) {
                break;
            }
        }
        if (eigen == null) {
            eigen = eigen(projected.toArray(float[][]::new), basis.size());
        }
        double squares = squares(a);
        workspace.release(a);
        return factors(eigen, squares, exponent);
    }

    /// Adds blocks from one random block on to the basis, and their images.
    ///
    /// @return the square of the largest singular value that random vectors saw outside of the basis; 0 if the last
    ///     block lay inside
    private double extend(float[][] a, int draw) {
        float[][] block = times(a, signs(blockSize(rank), 2 * draw));
        for (int s = 0; s < STARTING_BLOCKS; s++) {
            float[][] start = orthonormal(block, 1);
            float[][] image = image(a, start);
            workspace.release(start);
            float[][] next = whitened(image, columns);
            workspace.release(image);
            block = times(a, next);
        }
        int blocks = blocks(rank);
        float[][] probes = new float[0][];
        for (int s = 0; ; s++) {
            block = orthonormal(block, 2);
            if (block.length == 0) {
                workspace.release(probes);
                return 0;
            }
            basis.addAll(Arrays.asList(block));
            probes = orthonormal(probes, 1);
            float[][] images = image(a, joined(block, probes));
            workspace.release(probes);
            float[][] ofBlock = Arrays.copyOf(images, block.length);
            float[][] ofProbes = Arrays.copyOfRange(images, block.length, images.length);
            projected.addAll(Arrays.asList(ofBlock));
            if (s + 1 == blocks) {
                return largest(ofProbes);
            }
            float[][] next = whitened(ofBlock, columns);
            float[][] nextProbes =
                    s + 1 + PROBED_BLOCKS == blocks ? signs(PROBES, 2 * draw + 1) : whitened(ofProbes, columns);
            workspace.release(ofProbes);
            float[][] products = times(a, joined(next, nextProbes));
            block = Arrays.copyOf(products, next.length);
            probes = Arrays.copyOfRange(products, next.length, products.length);
        }
    }

    private static float[][] joined(float[][] first, float[][] second) {
        float[][] joined = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, joined, first.length, second.length);
        return joined;
    }

    /// The product of the matrix with vectors.
    ///
    /// @param vectors `[p][n]`, given back
    /// @return `[p][m]`
    private float[][] times(float[][] a, float[][] vectors) {
        float[][] product = Products.multiplyTransposed(vectors, a, columns, workspace);
        workspace.release(vectors);
        return product;
    }

    /// The product of the transposed matrix with vectors.
    ///
    /// @param vectors `[p][m]`
    /// @return `[p][n]`
    private float[][] image(float[][] a, float[][] vectors) {
        return Products.multiply(vectors, a, columns, workspace);
    }

    /// The square of the largest singular value of some rows.
    private double largest(float[][] images) {
        if (images.length == 0) {
            return 0;
        }
        SymmetricEigen eigen = eigen(images, 1);
        eigen.release(workspace);
        workspace.release(images);
        return eigen.values()[0];
    }

    private SymmetricEigen eigen(float[][] images, int count) {
        Gram gram = Gram.ofRows(images, columns, workspace);
        SymmetricEigen eigen = gram.eigen(count);
        gram.release();
        return eigen;
    }

    /// Scales by a power of two, so that the powers of the matrix neither overflow nor vanish.
    ///
    /// @return the exponent that was taken out
    private int normalise(float[][] a) {
        float[] largest = new float[a.length];
        workspace.run(a.length, i -> {
            for (float value : a[i]) {
                largest[i] = Math.max(largest[i], Math.abs(value));
            }
        });
        float overall = 0;
        for (float value : largest) {
            overall = Math.max(overall, value);
        }
        int exponent = overall == 0 ? 0 : Math.clamp(Math.getExponent(overall), -LARGEST_EXPONENT, LARGEST_EXPONENT);
        float factor = Math.scalb(1f, -exponent);
        workspace.run(a.length, i -> {
            float[] row = a[i];
            for (int j = 0; j < row.length; j++) {
                row[j] *= factor;
            }
        });
        return exponent;
    }

    private float[][] signs(int count, int stream) {
        float[][] signs = workspace.floats(count, columns);
        for (int c = 0; c < count; c++) {
            for (int j = 0; j < columns; j++) {
                signs[c][j] = CounterHash.bits(key + stream, (long) c * columns + j) < 0 ? -1 : 1;
            }
        }
        return signs;
    }

    /// The part of a block that is orthogonal to the basis, orthonormal: once roughly, twice to the last digit.
    ///
    /// @param block is given back
    private float[][] orthonormal(float[][] block, int passes) {
        float[][] known = basis.toArray(float[][]::new);
        double before = squares(block);
        float[][] apart = block;
        for (int pass = 0; pass < passes; pass++) {
            if (known.length > 0 && apart.length > 0) {
                subtractShares(apart, known);
            }
            if (pass == 0 && squares(apart) <= NEGLIGIBLE * NEGLIGIBLE * before) {
                workspace.release(apart);
                return new float[0][];
            }
            float[][] whitened = whitened(apart, rows);
            workspace.release(apart);
            apart = whitened;
        }
        return apart;
    }

    private void subtractShares(float[][] apart, float[][] known) {
        float[][] shares = Products.multiplyTransposed(apart, known, rows, workspace);
        float[][] inside = Products.multiply(shares, known, rows, workspace);
        for (int c = 0; c < apart.length; c++) {
            for (int i = 0; i < rows; i++) {
                apart[c][i] -= inside[c][i];
            }
        }
        workspace.release(shares);
        workspace.release(inside);
    }

    /// Orthonormal combinations of rows. Between any two products with the matrix, so that a dominant direction hides
    /// no other one: each product alone keeps five digits.
    private float[][] whitened(float[][] block, int length) {
        Gram gram = Gram.ofRows(block, length, workspace);
        double[][] products = gram.matrix();
        gram.release();
        float[][] combinations = PivotedCholesky.combinations(products, NEGLIGIBLE, workspace);
        workspace.release(products);
        float[][] whitened = Products.multiply(combinations, block, length, workspace);
        workspace.release(combinations);
        return whitened;
    }

    private TruncatedSvd factors(SymmetricEigen eigen, double squares, int exponent) {
        int kept = Math.min(rank, basis.size());
        float[][] left = new float[rank][];
        float[][] scaled = new float[rank][];
        float[][] q = basis.toArray(float[][]::new);
        float[][] b = projected.toArray(float[][]::new);
        float[][] w = eigen.vectors(kept, workspace);
        eigen.release(workspace);
        System.arraycopy(Products.multiply(w, q, rows, workspace), 0, left, 0, kept);
        System.arraycopy(Products.multiply(w, b, columns, workspace), 0, scaled, 0, kept);
        workspace.release(w);
        workspace.release(q);
        workspace.release(b);
        for (int k = kept; k < rank; k++) {
            left[k] = new float[rows];
            scaled[k] = new float[columns];
        }
        TruncatedSvd svd = Factors.of(left, scaled, columns, squares, exponent, false, workspace);
        workspace.release(left);
        workspace.release(scaled);
        return svd;
    }

    private double squares(float[][] values) {
        double[] sums = new double[values.length];
        workspace.run(values.length, i -> {
            double sum = 0;
            for (float value : values[i]) {
                sum += (double) value * value;
            }
            sums[i] = sum;
        });
        double sum = 0;
        for (double ofRow : sums) {
            sum += ofRow;
        }
        return sum;
    }
}
