package org.modelmerge.svd;

import java.util.Arrays;
import org.modelmerge.kernel.RowPairSums;

/// Products of float32 matrices, which are arrays of rows. Each element is summed from the left in float32, so the bits
/// follow from the factors alone.
///
/// The result is cut into panels that fit the second-level cache: `TARGETS` rows of `WIDTH` elements, for which the
/// right factor is packed in tiles of `DEPTH` rows.
final class Products {
    private static final int TARGETS = 256;
    private static final int WIDTH = RowPairSums.PITCH;
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
        return product(
                left,
                depths,
                right.length,
                workspace,
                (k, depth, from, width, tile) -> transpose(right, from, width, k, depth, tile));
    }

    /// `tile[t][j] = rows[from + j][k + t]`, eight rows at a time: a column of all rows would miss the cache each time.
    private static void transpose(float[][] rows, int from, int width, int k, int depth, float[][] tile) {
        int j = 0;
        for (; j + 8 <= width; j += 8) {
            float[] r0 = rows[from + j];
            float[] r1 = rows[from + j + 1];
            float[] r2 = rows[from + j + 2];
            float[] r3 = rows[from + j + 3];
            float[] r4 = rows[from + j + 4];
            float[] r5 = rows[from + j + 5];
            float[] r6 = rows[from + j + 6];
            float[] r7 = rows[from + j + 7];
            for (int t = 0; t < depth; t++) {
                float[] target = tile[t];
                target[j] = r0[k + t];
                target[j + 1] = r1[k + t];
                target[j + 2] = r2[k + t];
                target[j + 3] = r3[k + t];
                target[j + 4] = r4[k + t];
                target[j + 5] = r5[k + t];
                target[j + 6] = r6[k + t];
                target[j + 7] = r7[k + t];
            }
        }
        for (; j < width; j++) {
            float[] row = rows[from + j];
            for (int t = 0; t < depth; t++) {
                tile[t][j] = row[k + t];
            }
        }
    }

    private static float[][] product(float[][] left, int depths, int columns, Workspace workspace, Packing packing) {
        float[][] out = workspace.floats(left.length, columns);
        int panelWidth = panelWidth(columns, workspace.threads());
        int panels = (columns + panelWidth - 1) / panelWidth;
        workspace.run(panels, panel -> {
            int from = panel * panelWidth;
            int width = Math.min(panelWidth, columns - from);
            float[][] tile = workspace.floats(DEPTH, width);
            float[][] sums = workspace.floats(pairs(Math.min(TARGETS, left.length)), 2 * WIDTH);
            new Panel(left, depths, packing, from, width, out, tile, sums).compute();
            workspace.release(tile);
            workspace.release(sums);
        });
        return out;
    }

    private static int pairs(int targets) {
        return (targets + 1) / 2;
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
        return (Math.min(panels, threads) + 1) * DEPTH * width * Float.BYTES
                + Math.min(panels, threads) * pairs((int) Math.min(TARGETS, rows)) * 2 * WIDTH * Float.BYTES;
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
        private final float[] lastFirst = new float[RowPairSums.ROWS];
        private final float[] lastSecond = new float[RowPairSums.ROWS];

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
                for (int pair = 0; pair < pairs(targets); pair++) {
                    Arrays.fill(sums[pair], 0);
                }
                for (int k = 0; k < depths; k += DEPTH) {
                    add(c, targets, k, Math.min(DEPTH, depths - k));
                }
                for (int t = 0; t < targets; t++) {
                    System.arraycopy(sums[t / 2], t % 2 * WIDTH, out[c + t], from, width);
                }
            }
        }

        private void add(int c, int targets, int k, int depth) {
            packing.pack(k, depth, from, width, tile);
            int whole = depth - depth % RowPairSums.ROWS;
            for (int t = 0; t < whole; t += RowPairSums.ROWS) {
                for (int target = 0; target < targets; target += 2) {
                    float[] first = left[c + target];
                    RowPairSums.add(first, second(c, target, targets), k + t, tile, t, sums[target / 2], width);
                }
            }
            if (whole < depth) {
                for (int t = depth; t < whole + RowPairSums.ROWS; t++) {
                    Arrays.fill(tile[t], 0);
                }
                for (int target = 0; target < targets; target += 2) {
                    System.arraycopy(left[c + target], k + whole, lastFirst, 0, depth - whole);
                    System.arraycopy(second(c, target, targets), k + whole, lastSecond, 0, depth - whole);
                    RowPairSums.add(lastFirst, lastSecond, 0, tile, whole, sums[target / 2], width);
                }
            }
        }

        /// Without a second row the first one serves twice, and what it gives is not used.
        private float[] second(int c, int target, int targets) {
            return left[c + Math.min(target + 1, targets - 1)];
        }
    }
}
