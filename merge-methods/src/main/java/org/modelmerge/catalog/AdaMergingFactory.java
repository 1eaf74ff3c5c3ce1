package org.modelmerge.catalog;

import java.util.Map;
import org.jspecify.annotations.Nullable;
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
        Density plusPlus = plusPlus(values);
        for (String option : LearningOptions.NAMES) {
            if (values.has("coefficients") && values.has(option)) {
                throw MergeException.of(
                        ErrorCode.USAGE, "--" + option + " is for learning, and --coefficients gives what is learned");
            }
        }
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
        return new AdaMerging(table, plusPlus, !values.flag("no-clamp"));
    }

    /// The density of AdaMerging++, null without it.
    static @Nullable Density plusPlus(ParameterValues values) throws MergeException {
        boolean plusPlus = values.flag("plus-plus");
        if (values.has("density") && !plusPlus) {
            throw MergeException.of(ErrorCode.USAGE, "--density needs --plus-plus with adamerging");
        }
        return plusPlus ? values.density("density", "20%") : null;
    }

    private static CoefficientTable table(ParameterValues values) throws MergeException {
        return switch (values.raw("coefficients")) {
            case null ->
                throw MergeException.of(
                        ErrorCode.USAGE, "adamerging needs --coefficients FILE, or --tasks FILE to learn them");
            case CoefficientTable table -> table;
            case Map<?, ?> inline -> CoefficientTable.of(inline);
            default ->
                CoefficientFile.read(
                        values.path("coefficients"), values.has("row-names") ? values.path("row-names") : null);
        };
    }
}
