package org.modelmerge.svd;

import org.ejml.dense.row.decomposition.eig.symm.SymmetricQREigenHelper_DDRM;
import org.modelmerge.kernel.RowRotation;

/// The vectors of a QR iteration. EJML rotates two of them at a time over their whole length; here rotations are kept,
/// and applied to slices of all vectors that fit the second-level cache. Slices do not depend on each other, so
/// threads share them, and every element has the bits that EJML gives it.
final class RotatedVectors extends SymmetricQREigenHelper_DDRM {
    private static final int WIDTH = RowRotation.WIDTH;
    private static final int KEPT = 1 << 14;

    private final int size;
    private final Workspace workspace;
    /// By slice, then vector.
    private final double[][] slices;
    private final int[] firsts = new int[KEPT];
    private final double[] cosines = new double[KEPT];
    private final double[] sines = new double[KEPT];
    private int kept;

    /// @param vectors `[size][size]` row-major, to be rotated; copied
    RotatedVectors(int size, double[] vectors, Workspace workspace) {
        this.size = size;
        this.workspace = workspace;
        slices = workspace.doubles((size + WIDTH - 1) / WIDTH, size * WIDTH);
        for (int slice = 0; slice < slices.length; slice++) {
            for (int k = 0; k < size; k++) {
                System.arraycopy(vectors, at(k, slice), slices[slice], k * WIDTH, width(slice));
            }
        }
    }

    /// Bytes of the arrays it takes.
    static long bytes(long size) {
        return ((size + WIDTH - 1) / WIDTH * WIDTH * size + 2 * KEPT) * Double.BYTES + KEPT * Integer.BYTES;
    }

    private int at(int vector, int slice) {
        return vector * size + slice * WIDTH;
    }

    private int width(int slice) {
        return Math.min(WIDTH, size - slice * WIDTH);
    }

    @Override
    protected void updateQ(int first, int second, double cosine, double sine) {
        if (second != first + 1) {
            throw new IllegalArgumentException("rotation of " + first + " and " + second);
        }
        if (kept == KEPT) {
            apply();
        }
        firsts[kept] = first;
        cosines[kept] = cosine;
        sines[kept] = sine;
        kept++;
    }

    private void apply() {
        workspace.run(slices.length, slice -> {
            for (int r = 0; r < kept; r++) {
                RowRotation.apply(slices[slice], firsts[r], cosines[r], sines[r]);
            }
        });
        kept = 0;
    }

    /// Writes the vectors and gives the arrays back.
    void finish(double[] vectors) {
        apply();
        for (int slice = 0; slice < slices.length; slice++) {
            for (int k = 0; k < size; k++) {
                System.arraycopy(slices[slice], k * WIDTH, vectors, at(k, slice), width(slice));
            }
        }
        workspace.release(slices);
    }
}
