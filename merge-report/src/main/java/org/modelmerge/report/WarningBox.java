package org.modelmerge.report;

import java.util.List;

/// Warnings, where nobody can miss them.
final class WarningBox {
    private WarningBox() {}

    static void write(Html html, List<String> warnings) {
        if (warnings.isEmpty()) {
            return;
        }
        html.open("section", "class", "warnings", "aria-labelledby", "warnings");
        html.element("h2", warnings.size() == 1 ? "1 warning" : warnings.size() + " warnings", "id", "warnings");
        html.open("ul").line();
        for (String warning : warnings) {
            html.open("li").name(warning).close("li").line();
        }
        html.close("ul").close("section").line();
    }
}
