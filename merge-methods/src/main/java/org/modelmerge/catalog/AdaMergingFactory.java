package org.modelmerge.catalog;

import java.util.Map;
import org.modelmerge.adamerging.AdaMerging;
import org.modelmerge.adamerging.CoefficientTable;
import org.modelmerge.adamerging.Granularity;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.method.Density;
import org.modelmerge.method.MergeMethod;

/// Builds AdaMerging from option values: the coefficients are a file's path, or the table itself as in a plan.
final class AdaMergingFactory {
    private AdaMergingFactory() {}

    static MergeMethod create(ParameterValues values) throws MergeException {
        boolean plusPlus = values.flag("plus-plus");
        if (values.has("density") && !plusPlus) {
            throw MergeException.of(ErrorCode.USAGE, "--density needs --plus-plus with adamerging");
        }
        Density density = plusPlus ? values.density("density", "20%") : null;
        CoefficientTable table = table(values);
        if (values.has("granularity")) {
            Granularity wanted = values.word("granularity", Granularity.class, "layer");
            if (table.granularity() != wanted) {
                throw MergeException.of(
                        ErrorCode.MISMATCH,
                        "the coefficients have another granularity (got "
                                + table.granularity().word() + ", expected " + wanted.word() + ")");
            }
        }
        return new AdaMerging(table, density);
    }

    private static CoefficientTable table(ParameterValues values) throws MergeException {
        return switch (values.raw("coefficients")) {
            case null ->
                throw MergeException.of(ErrorCode.USAGE, "adamerging needs --coefficients FILE")
                        .withHint("learning coefficients from samples is not part of this version");
            case Map<?, ?> inline -> CoefficientTable.of(inline);
            default ->
                CoefficientFile.read(
                        values.path("coefficients"), values.has("row-names") ? values.path("row-names") : null);
        };
    }
}
