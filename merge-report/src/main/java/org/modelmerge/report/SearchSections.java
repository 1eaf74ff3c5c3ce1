package org.modelmerge.report;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.modelmerge.search.Score;
import org.modelmerge.search.SearchResult;
import org.modelmerge.search.Trial;

/// What a search tried and found: figures, curve, all trials.
final class SearchSections {
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
        curve(html, result.trials(), result.best().number());
        html.element(
                "p",
                "The dashed line marks the best trial; failed trials have no score. A score of the data that settings"
                        + " were chosen by is flattering: judge the merge on other data.",
                "class",
                "note");
        html.close("section").line();
        html.open("section").element("h2", "Trials");
        table(html, result);
        html.close("section").line();
    }

    private static void curve(Html html, List<Trial> trials, int best) {
        double[] scores = new double[trials.size()];
        double[] bestSoFar = new double[trials.size()];
        double most = Double.NaN;
        for (int k = 0; k < scores.length; k++) {
            Score score = trials.get(k).score();
            scores[k] = score == null ? Double.NaN : score.value();
            most = score == null || scores[k] <= most ? most : scores[k];
            bestSoFar[k] = most;
        }
        LinePlot plot = LinePlot.ofRange();
        plot.add("score of the trial", scores);
        plot.add("best so far", bestSoFar);
        plot.write(html, "Scores", best);
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
