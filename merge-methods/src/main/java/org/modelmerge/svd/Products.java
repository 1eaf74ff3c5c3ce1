package org.modelmerge.svd;

import java.util.Arrays;
import org.modelmerge.kernel.RowSums;

/// Products of float32 matrices, which are arrays of rows. Each element is summed from the left in float32, so the bits
/// follow from the factors alone.
///
/// The result is cut into panels that fit the second-level cache: `TARGETS` rows of `WIDTH` elements, for which the
/// right factor is packed in tiles of `DEPTH` rows.
final class Products {
    private static final int TARGETS = 128;
    private static final int WIDTH = 512;
    private static final int LEAST_WIDTH = 128;
    private static final int DEPTH = 64;

    private Products() {}

    /// Copies a tile of the right factor: `tile[t][j] = right(k + t, from + j)`.
    @FunctionalInterface
    private interface Packing {
        void pack(int k, int depth, int from, int width, float[][] tile);
    }

    /// The product `left * right`.
    ///
    /// @param left `[p][k]`
    /// @param right `[k][n]`
    /// @return `[p][n]`
    static float[][] multiply(float[][] left, float[][] right, int columns, Workspace workspace) {
        return product(left, right.length, columns, workspace, (k, depth, from, width, tile) -> {
            for (int t = 0; t < depth; t++) {
                System.arraycopy(right[k + t], from, tile[t], 0, width);
            }
        });
    }

    /// The product `left * transpose(right)`.
    ///
    /// @param left `[p][k]`
    /// @param right `[n][k]`
    /// @return `[p][n]`
    static float[][] multiplyTransposed(float[][] left, float[][] right, int depths, Workspace workspace) {
        return product(left, depths, right.length, workspace, (k, depth, from, width, tile) -> {
            for (int j = 0; j < width; j++) {
                float[] row = right[from + j];
                for (int t = 0; t < depth; t++) {
                    tile[t][j] = row[k + t];
                }
            }
        });
    }

    private static float[][] product(float[][] left, int depths, int columns, Workspace workspace, Packing packing) {
        float[][] out = workspace.floats(left.length, columns);
        int panelWidth = panelWidth(columns, workspace.threads());
        int panels = (columns + panelWidth - 1) / panelWidth;
        workspace.run(panels, panel -> {
            int from = panel * panelWidth;
            int width = Math.min(panelWidth, columns - from);
            float[][] tile = workspace.floats(DEPTH, width);
            float[][] sums = workspace.floats(Math.min(TARGETS, left.length), width);
            new Panel(left, depths, packing, from, width, out, tile, sums).compute();
            workspace.release(tile);
            workspace.release(sums);
        });
        return out;
    }

    private static int panelWidth(long columns, int threads) {
        int width = WIDTH;
        while (width > LEAST_WIDTH && columns < 2L * width * threads) {
            width /= 2;
        }
        return width;
    }

    /// Bytes of the arrays that a product takes besides its result, whose right factor has this many columns.
    static long bytes(long rows, long columns, int threads) {
        int width = panelWidth(columns, threads);
        long panels = (columns + width - 1) / width;
        // One more for the last panel, which is narrower.
        return (Math.min(panels, threads) + 1) * (DEPTH + Math.min(TARGETS, rows)) * width * Float.BYTES;
    }

    private static final class Panel {
        private final float[][] left;
        private final int depths;
        private final Packing packing;
        private final int from;
        private final int width;
        private final float[][] out;
        private final float[][] tile;
        private final float[][] sums;
        private final float[] lastFactors = new float[RowSums.ROWS];

        Panel(
                float[][] left,
                int depths,
                Packing packing,
                int from,
                int width,
                float[][] out,
                float[][] tile,
                float[][] sums) {
            this.left = left;
            this.depths = depths;
            this.packing = packing;
            this.from = from;
            this.width = width;
            this.out = out;
            this.tile = tile;
            this.sums = sums;
        }

        void compute() {
            for (int c = 0; c < left.length; c += TARGETS) {
                int targets = Math.min(TARGETS, left.length - c);
                for (int t = 0; t < targets; t++) {
                    Arrays.fill(sums[t], 0);
                }
                for (int k = 0; k < depths; k += DEPTH) {
                    add(c, targets, k, Math.min(DEPTH, depths - k));
                }
                for (int t = 0; t < targets; t++) {
                    System.arraycopy(sums[t], 0, out[c + t], from, width);
                }
            }
        }

        private void add(int c, int targets, int k, int depth) {
            packing.pack(k, depth, from, width, tile);
            int whole = depth - depth % RowSums.ROWS;
            for (int t = 0; t < whole; t += RowSums.ROWS) {
                for (int target = 0; target < targets; target++) {
                    RowSums.add(left[c + target], k + t, tile, t, sums[target], width);
                }
            }
            if (whole < depth) {
                for (int t = depth; t < whole + RowSums.ROWS; t++) {
                    Arrays.fill(tile[t], 0);
                }
                for (int target = 0; target < targets; target++) {
                    Arrays.fill(lastFactors, 0);
                    System.arraycopy(left[c + target], k + whole, lastFactors, 0, depth - whole);
                    RowSums.add(lastFactors, 0, tile, whole, sums[target], width);
                }
            }
        }
    }
}
