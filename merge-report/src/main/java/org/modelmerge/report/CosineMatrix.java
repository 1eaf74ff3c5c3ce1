package org.modelmerge.report;

import java.util.List;
import java.util.Locale;
import org.modelmerge.engine.WeightStatistics;

/// The pairwise cosines of the task vectors, the number in every cell and a tint behind it.
final class CosineMatrix {
    private CosineMatrix() {}

    static void write(Html html, WeightStatistics statistics) {
        List<String> tasks = statistics.tasks();
        double largest = largestOffDiagonal(statistics.cosines());
        html.open("section").element("h2", "Cosines between task vectors");
        html.open("p")
                .text("Near 0, two tasks move different weights. The tint is blue where they agree and orange where ");
        html.text("they oppose" + (largest > 0 ? ", full at \u00b1" + Numbers.cosine(largest) : "") + ".")
                .close("p");
        html.open("div", "class", "scroll", "tabindex", "0", "role", "region", "aria-label", "Cosines");
        html.open("table", "class", "matrix").element("caption", "Pairwise cosines");
        html.open("thead").open("tr").raw("<td></td>");
        for (String task : tasks) {
            html.open("th", "scope", "col").name(task).close("th");
        }
        html.close("tr").close("thead").open("tbody");
        for (int i = 0; i < tasks.size(); i++) {
            html.line().open("tr").open("th", "scope", "row").name(tasks.get(i)).close("th");
            for (int j = 0; j < tasks.size(); j++) {
                cell(html, statistics.cosines()[i][j], i == j, largest);
            }
            html.close("tr");
        }
        html.close("tbody").close("table").close("div").close("section").line();
    }

    private static void cell(Html html, double cosine, boolean diagonal, double largest) {
        if (diagonal || !Double.isFinite(cosine) || largest == 0) {
            html.element("td", Numbers.cosine(cosine), "class", diagonal ? "self" : "none");
            return;
        }
        String tint = String.format(Locale.ROOT, "--t:%.0f%%", Math.abs(cosine) / largest * 100);
        html.element("td", Numbers.cosine(cosine), "class", cosine < 0 ? "against" : "with", "style", tint);
    }

    private static double largestOffDiagonal(double[][] cosines) {
        double largest = 0;
        for (int i = 0; i < cosines.length; i++) {
            for (int j = 0; j < cosines.length; j++) {
                if (i != j && Double.isFinite(cosines[i][j])) {
                    largest = Math.max(largest, Math.abs(cosines[i][j]));
                }
            }
        }
        return largest;
    }
}
