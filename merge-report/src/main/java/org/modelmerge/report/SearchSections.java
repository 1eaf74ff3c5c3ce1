package org.modelmerge.report;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.modelmerge.search.Score;
import org.modelmerge.search.SearchResult;
import org.modelmerge.search.Trial;

/// What a search tried and found: figures, curve, all trials.
final class SearchSections {
    private static final int WIDTH = 600;
    private static final int HEIGHT = 200;
    private static final int MARGIN = 12;

    private SearchSections() {}

    static void head(Html html, SearchResult result) {
        Score best = score(result.best());
        html.open("header")
                .element("p", "Search", "class", "kind")
                .element("h1", options(result.best().values()));
        html.element(
                        "p",
                        "The best of " + Numbers.count(result.trials().size()) + " settings of " + result.method()
                                + ", by " + result.scoredBy() + ".",
                        "class",
                        "lead")
                .close("header")
                .line();
        html.open("dl", "class", "figures").line();
        MergeSections.figure(html, "best score", Numbers.significant(best.value()));
        MergeSections.figure(html, "found in trial", Numbers.count(result.best().number()));
        MergeSections.figure(html, "trials", Numbers.count(result.trials().size()));
        MergeSections.figure(html, "failed", Numbers.count(result.failureCount()));
        html.close("dl").line();
    }

    static void write(Html html, SearchResult result) {
        html.open("section").element("h2", "Scores in the order of the trials");
        curve(html, result.trials());
        html.element(
                "p",
                "Dots are trials, the line is the best so far, crosses at the bottom are trials that failed. A score of"
                        + " the data that settings were chosen by is flattering: judge the merge on other data.",
                "class",
                "note");
        html.close("section").line();
        html.open("section").element("h2", "Trials");
        table(html, result);
        html.close("section").line();
    }

    private static void curve(Html html, List<Trial> trials) {
        double low = Double.POSITIVE_INFINITY;
        double high = Double.NEGATIVE_INFINITY;
        for (Trial trial : trials) {
            if (trial.score() != null) {
                low = Math.min(low, trial.score().value());
                high = Math.max(high, trial.score().value());
            }
        }
        double range = high > low ? high - low : 1;
        StringBuilder dots = new StringBuilder();
        StringBuilder line = new StringBuilder();
        double best = Double.NEGATIVE_INFINITY;
        for (Trial trial : trials) {
            double x = MARGIN + (WIDTH - 2.0 * MARGIN) * trial.number() / (trials.size() + 1.0);
            if (trial.score() == null) {
                dots.append(String.format(
                        Locale.ROOT,
                        "<path d=\"M%.1f %d l6 6 m0 -6 l-6 6\" stroke=\"currentColor\"/>",
                        x - 3,
                        HEIGHT - MARGIN - 3));
                continue;
            }
            double value = trial.score().value();
            String before = best == Double.NEGATIVE_INFINITY ? "M" : "H" + at(x) + " V";
            best = Math.max(best, value);
            double y = HEIGHT - 2 * MARGIN - (HEIGHT - 4.0 * MARGIN) * (value - low) / range;
            double top = HEIGHT - 2 * MARGIN - (HEIGHT - 4.0 * MARGIN) * (best - low) / range;
            line.append(before.equals("M") ? "M" + at(x) + " " + at(top) : before + at(top))
                    .append(' ');
            dots.append(String.format(
                    Locale.ROOT, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"currentColor\"/>", x, y));
        }
        html.open("figure").raw("<svg viewBox=\"0 0 " + WIDTH + " " + HEIGHT + "\" role=\"img\" style=\"width:100%\">");
        html.element(
                "title",
                "Scores of " + trials.size() + " trials, from " + Numbers.significant(low) + " to "
                        + Numbers.significant(high));
        html.raw("<path d=\"" + line + "\" fill=\"none\" stroke=\"currentColor\" opacity=\"0.5\"/>" + dots);
        html.raw("</svg>");
        html.element("figcaption", "from " + Numbers.significant(low) + " (bottom) to " + Numbers.significant(high));
        html.close("figure").line();
    }

    private static String at(double place) {
        return String.format(Locale.ROOT, "%.1f", place);
    }

    private static void table(Html html, SearchResult result) {
        List<String> tasks = List.copyOf(score(result.best()).tasks().keySet());
        html.open("div", "class", "scroll", "tabindex", "0", "role", "region", "aria-label", "Trials");
        html.open("table").raw("<thead><tr><th scope=\"col\">Trial</th><th scope=\"col\">Setting</th>");
        html.raw("<th scope=\"col\">Score</th>");
        tasks.forEach(task -> html.open("th", "scope", "col").name(task).close("th"));
        html.raw("<th scope=\"col\">Seconds</th></tr></thead>").open("tbody");
        for (Trial trial : result.trials()) {
            html.line().open("tr").element("td", Numbers.count(trial.number()), "class", "n");
            html.open("td").text(options(trial.values()));
            if (trial.number() == result.best().number()) {
                html.element("strong", " best");
            }
            html.close("td");
            Score score = trial.score();
            if (score == null) {
                html.open("td", "colspan", String.valueOf(1 + tasks.size()))
                        .text("failed: ")
                        .name(String.valueOf(trial.failure()))
                        .close("td");
            } else {
                html.element("td", Numbers.significant(score.value()), "class", "n");
                for (String task : tasks) {
                    html.element("td", Numbers.accuracy(score.tasks().getOrDefault(task, Double.NaN)), "class", "n");
                }
            }
            html.element("td", String.format(Locale.ROOT, "%.2f", trial.seconds()), "class", "n")
                    .close("tr");
        }
        html.close("tbody").close("table").close("div").line();
    }

    private static Score score(Trial trial) {
        if (trial.score() == null) {
            throw new IllegalArgumentException("trial " + trial.number() + " has no score");
        }
        return trial.score();
    }

    private static String options(Map<String, Object> values) {
        StringBuilder text = new StringBuilder();
        values.forEach((option, value) -> text.append(text.isEmpty() ? "" : ", ")
                .append(option)
                .append(" = ")
                .append(list(value)));
        return text.toString();
    }

    private static String list(Object value) {
        return value instanceof List<?> list
                ? String.join(", ", list.stream().map(String::valueOf).toList())
                : String.valueOf(value);
    }
}
