package org.modelmerge.routing;

import java.util.ArrayList;
import java.util.List;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.error.Printable;
import org.modelmerge.json.JsonWriter;
import org.modelmerge.json.StrictJson;
import org.modelmerge.yaml.Tree;

/// `router.json`: the card and the hash of the weights that it describes.
///
/// @param weightsSha256 of `router.safetensors`
record RouterCardJson(RouterCard card, String weightsSha256) {
    private static final List<String> KEYS = List.of(
            "schema",
            "architecture",
            "features",
            "labels",
            "shared",
            "weights",
            "training",
            "trainCount",
            "validationCount",
            "bestEpoch",
            "validationAccuracy");

    private static final long LARGEST = 1 << 20;

    String write() {
        StringBuilder text = new StringBuilder();
        JsonWriter json = JsonWriter.pretty(text).beginObject().member("schema", 1);
        json.member("architecture", card.architecture())
                .member("features", card.features().word())
                .member("labels", card.labels())
                .member("shared", card.sharedSha256())
                .member("weights", weightsSha256);
        RouterSettings settings = card.settings();
        json.name("training")
                .beginObject()
                .member("epochs", settings.epochs())
                .member("batchSize", settings.batchSize())
                .member("learningRate", settings.learningRate())
                .member("seed", settings.seed())
                .endObject();
        json.member("trainCount", card.trainCount())
                .member("validationCount", card.validationCount())
                .member("bestEpoch", card.bestEpoch())
                .member("validationAccuracy", card.accuracy())
                .endObject();
        return text.append('\n').toString();
    }

    static RouterCardJson read(byte[] bytes) throws MergeException {
        Tree tree = Tree.of("", StrictJson.parse(bytes));
        tree.allowOnly(KEYS);
        long schema = tree.count("schema");
        if (schema != 1) {
            throw MergeException.of(ErrorCode.UNSUPPORTED_FORMAT, "unknown schema (got " + schema + ", expected 1)");
        }
        String word = tree.text("features");
        FeatureRule rule = FeatureRule.named(word);
        if (rule == null) {
            throw MergeException.of(
                    ErrorCode.UNSUPPORTED_FORMAT,
                    "unknown features (got " + Printable.text(word) + ", expected mean-of-tokens or head-input)");
        }
        Tree training = tree.object("training");
        RouterCard card = new RouterCard(
                tree.text("architecture"),
                rule,
                labels(tree),
                tree.sha256("shared"),
                settings(training),
                counts(tree, "trainCount"),
                counts(tree, "validationCount"),
                small(tree, "bestEpoch", 1),
                number(tree, "validationAccuracy"));
        return new RouterCardJson(card, tree.sha256("weights"));
    }

    private static RouterSettings settings(Tree training) throws MergeException {
        double rate = number(training, "learningRate");
        if (!(rate > 0)) {
            throw Tree.wrongType(training.key("learningRate"), rate, "a number above 0");
        }
        Object seed = training.required("seed");
        if (!(seed instanceof Long value)) {
            throw Tree.wrongType(training.key("seed"), seed, "an integer");
        }
        return new RouterSettings(small(training, "epochs", 1), small(training, "batchSize", 2), rate, value);
    }

    private static List<String> labels(Tree tree) throws MergeException {
        List<String> labels = new ArrayList<>();
        for (Object element : tree.list("labels")) {
            labels.add(Tree.text(tree.key("labels[" + labels.size() + "]"), element));
        }
        return labels;
    }

    private static List<Long> counts(Tree tree, String key) throws MergeException {
        List<Long> counts = new ArrayList<>();
        for (Object element : tree.list(key)) {
            String place = tree.key(key + "[" + counts.size() + "]");
            if (!(element instanceof Long count) || count < 0) {
                throw Tree.wrongType(place, element, "an integer from 0");
            }
            counts.add(count);
        }
        return counts;
    }

    private static int small(Tree tree, String key, int least) throws MergeException {
        long value = tree.count(key);
        if (value < least || value > LARGEST) {
            throw Tree.wrongType(tree.key(key), value, "an integer from " + least + " to " + LARGEST);
        }
        return (int) value;
    }

    private static double number(Tree tree, String key) throws MergeException {
        if (tree.required(key) instanceof Number number && Double.isFinite(number.doubleValue())) {
            return number.doubleValue();
        }
        throw Tree.wrongType(tree.key(key), tree.required(key), "a number");
    }
}
