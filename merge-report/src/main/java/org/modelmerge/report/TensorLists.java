package org.modelmerge.report;

import java.util.List;
import java.util.Map;
import org.modelmerge.engine.MergePlan.CopyReason;

/// The tensors that the method did not compute, by reason.
final class TensorLists {
    /// Longer lists start collapsed.
    private static final int OPEN_LIMIT = 8;

    /// The page stays small even where ten thousands of tensors are out of scope; the JSON report has all of them.
    private static final int NAME_LIMIT = 500;

    private TensorLists() {}

    static void copied(Html html, Map<CopyReason, List<String>> copied, String heading) {
        if (copied.isEmpty()) {
            return;
        }
        html.open("section").element("h2", heading);
        for (CopyReason reason : CopyReason.values()) {
            List<String> names = copied.getOrDefault(reason, List.of());
            if (!names.isEmpty()) {
                list(html, reasonText(reason), names);
            }
        }
        html.close("section").line();
    }

    static void dropped(Html html, List<String> dropped) {
        if (!dropped.isEmpty()) {
            html.open("section").element("h2", "Dropped");
            list(html, "only experts have it", dropped);
            html.close("section").line();
        }
    }

    /// Why tensors are copied, for people.
    static String reasonText(CopyReason reason) {
        return switch (reason) {
            case INTEGER -> "integers and bools are never averaged";
            case UNSUPPORTED_DTYPE -> "this dtype has no arithmetic, and all models agree";
            case OUT_OF_SCOPE -> "outside --include and --exclude";
            case MISSING_IN_EXPERT -> "an expert lacks it";
        };
    }

    private static void list(Html html, String reason, List<String> names) {
        html.raw(names.size() > OPEN_LIMIT ? "<details>" : "<details open>").open("summary");
        html.text(Numbers.count(names.size()) + (names.size() == 1 ? " tensor: " : " tensors: ") + reason);
        html.close("summary").open("ul", "class", "names").line();
        for (String name : names.subList(0, Math.min(NAME_LIMIT, names.size()))) {
            html.open("li").name(name).close("li").line();
        }
        if (names.size() > NAME_LIMIT) {
            html.element(
                    "li", "and " + Numbers.count(names.size() - NAME_LIMIT) + " more, all named in the JSON report");
        }
        html.close("ul").close("details").line();
    }
}
