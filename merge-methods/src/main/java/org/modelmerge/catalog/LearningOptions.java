package org.modelmerge.catalog;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.modelmerge.adamerging.CoefficientTable;
import org.modelmerge.adamerging.Granularity;
import org.modelmerge.adamerging.LearningSettings;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;

/// The options of `adamerging` that say how its coefficients are learned.
public final class LearningOptions {
    /// Where learned coefficients are written.
    public static final String SAVE = "save-coefficients";

    /// The table of coefficients that a merge applies.
    public static final String COEFFICIENTS = "coefficients";

    /// Options that play no part once there are coefficients.
    static final List<String> NAMES =
            List.of("steps", "learning-rate", "init", "batch-size", "batches", "patience", SAVE);

    private static final int MOST_STEPS = 1_000_000;
    private static final int MOST_SAMPLES = 1 << 16;

    private LearningOptions() {}

    /// Whether a merge needs coefficients that are not there yet.
    ///
    /// @param values options of the method, by name
    public static boolean mustLearn(String method, Map<String, Object> values) {
        return method.equals("adamerging") && values.get(COEFFICIENTS) == null;
    }

    /// How to learn.
    ///
    /// @param values options of the method, by name: text as on the command line, or typed as in a recipe
    /// @throws MergeException `USAGE`
    public static LearningSettings of(Map<String, Object> values, long seed) throws MergeException {
        ParameterValues given = new ParameterValues(MethodCatalog.entry("adamerging"), values);
        if (given.has("row-names")) {
            throw MergeException.of(ErrorCode.USAGE, "--row-names needs --coefficients");
        }
        LearningSettings official = LearningSettings.OFFICIAL;
        double learningRate = given.real("learning-rate", official.learningRate());
        if (learningRate <= 0) {
            throw MergeException.of(
                    ErrorCode.USAGE, "bad --learning-rate (got " + learningRate + ", expected a number above 0)");
        }
        return new LearningSettings(
                given.word("granularity", Granularity.class, "layer"),
                AdaMergingFactory.plusPlus(given),
                !given.flag("no-clamp"),
                given.count("steps", official.steps(), 1, MOST_STEPS),
                learningRate,
                given.real("init", official.init()),
                given.count("batch-size", official.batchSize(), 1, MOST_SAMPLES),
                given.count("batches", official.batches(), 1, MOST_SAMPLES),
                given.count("patience", official.patience(), 0, MOST_STEPS),
                seed);
    }

    /// The options of a merge that applies coefficients.
    public static Map<String, Object> applying(Map<String, Object> values, CoefficientTable coefficients) {
        Map<String, Object> applying = new LinkedHashMap<>(values);
        applying.keySet().removeAll(NAMES);
        applying.put(COEFFICIENTS, coefficients);
        // What was learned says it better, and the starting table has one row whatever is learned.
        applying.remove("granularity");
        return applying;
    }
}
