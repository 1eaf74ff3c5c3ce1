package org.modelmerge.catalog;

import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.error.Printable;
import org.modelmerge.method.MergeMethod;
import org.modelmerge.svd.SvdMode;
import org.modelmerge.twin.Adapters;
import org.modelmerge.twin.Biases;
import org.modelmerge.twin.Strategy;
import org.modelmerge.twin.TwinMerging;

/// Builds Twin-Merging from option values.
final class TwinFactory {
    private TwinFactory() {}

    static MergeMethod create(ParameterValues values) throws MergeException {
        if (values.has("shared") && values.has("lambda")) {
            throw MergeException.of(ErrorCode.USAGE, "--shared and --lambda exclude each other");
        }
        Adapters adapters = values.word("adapters", Adapters.class, "product");
        if (values.has("shared") && adapters == Adapters.SEPARATE) {
            throw MergeException.of(ErrorCode.USAGE, "--shared and --adapters separate exclude each other");
        }
        return new TwinMerging(
                TwinMerging.parseMaskRate(values.text("mask-rate", "90%")),
                values.word("strategy", Strategy.class, "svd"),
                values.coefficients("lambda", "0.3"),
                values.has("shared") ? values.path("shared") : null,
                values.word("biases", Biases.class, "routed"),
                values.word("svd", SvdMode.class, "auto"),
                seed(values.text("seed", "0")),
                adapters);
    }

    private static long seed(String text) throws MergeException {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw MergeException.of(
                    ErrorCode.USAGE, "bad --seed (got " + Printable.text(text) + ", expected a whole number)", e);
        }
    }
}
