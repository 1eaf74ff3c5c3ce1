package org.modelmerge.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.modelmerge.error.Printable;

/// Shares by row, several models a row, as dots with whiskers on one scale.
///
/// Positions are percentages of the width while sizes are pixels, so the plot fills a wide page and a telephone alike
/// and its text stays text.
final class DotPlot {
    private static final int LANE = 15;
    private static final int[] STEPS = {1, 2, 5, 10, 20, 25, 50};
    private static final int MOST_TICKS = 6;

    private final List<Marker> models;
    private final List<Row> rows = new ArrayList<>();
    private double least = Double.POSITIVE_INFINITY;
    private double most = Double.NEGATIVE_INFINITY;
    private int step = STEPS[0];

    /// A value with its interval; the interval may be missing.
    record Dot(double value, double low, double high) {}

    private record Row(String name, boolean isSummary, List<@Nullable Dot> dots) {}

    /// @param models in the order of the lanes
    DotPlot(List<Marker> models) {
        this.models = List.copyOf(models);
    }

    /// Adds a row.
    ///
    /// @param isSummary whether it sums the others up
    /// @param dots one a model; null for none
    void add(String name, boolean isSummary, List<@Nullable Dot> dots) {
        rows.add(new Row(name, isSummary, new ArrayList<>(dots)));
        for (Dot dot : dots) {
            if (dot != null) {
                least = Math.min(least, Math.min(dot.value(), dot.low()));
                most = Math.max(most, Math.max(dot.value(), dot.high()));
            }
        }
    }

    /// Writes legend, scale and rows.
    ///
    /// @param reference a value to mark with a line of its own, such as 1 for the individual experts; NaN for none
    void write(Html html, String title, double reference) {
        if (Double.isFinite(reference)) {
            least = Math.min(least, reference);
            most = Math.max(most, reference);
        }
        fit();
        html.open("figure", "class", "plot").open("figcaption");
        for (Marker model : models) {
            html.open("span", "class", "legend");
            model.inline(html);
            html.name(model.name()).close("span").text(" ");
        }
        html.close("figcaption").line();
        html.raw("<div class=\"row scale\" aria-hidden=\"true\"><span></span><svg class=\"dots\" height=\"18\">");
        for (int tick = (int) Math.round(least * 100); tick <= Math.round(most * 100); tick += step) {
            html.open("text", "x", x(tick / 100.0), "y", "13", "class", "tick");
            html.text(tick + "%").close("text");
        }
        html.raw("</svg></div>").line();
        for (Row row : rows) {
            write(html, row, title, reference);
        }
        html.close("figure").line();
    }

    /// Widens the range to whole steps.
    private void fit() {
        for (int candidate : STEPS) {
            step = candidate;
            if ((most - least) * 100 / candidate <= MOST_TICKS) {
                break;
            }
        }
        least = Math.floor(least * 100 / step + 1e-9) * step / 100;
        most = Math.ceil(most * 100 / step - 1e-9) * step / 100;
        most = most > least ? most : least + step / 100.0;
    }

    private void write(Html html, Row row, String title, double reference) {
        html.open("div", "class", row.isSummary() ? "row summary" : "row");
        html.open("span", "class", "label").name(row.name()).close("span");
        int height = LANE * models.size() + 6;
        html.open("svg", "class", "dots", "height", Integer.toString(height), "role", "img");
        html.element("title", described(row, title));
        for (int tick = (int) Math.round(least * 100); tick <= Math.round(most * 100); tick += step) {
            line(html, "grid", tick / 100.0, tick / 100.0, 0, height);
        }
        if (Double.isFinite(reference)) {
            line(html, "mark-line", reference, reference, 0, height);
        }
        for (int i = 0; i < models.size(); i++) {
            Dot dot = row.dots().get(i);
            if (dot != null) {
                int y = 3 + LANE * i + LANE / 2;
                line(html, "whisker " + models.get(i).style(), dot.low(), dot.high(), y, y);
                html.open("svg", "x", x(dot.value()), "y", Integer.toString(y), "class", "at");
                models.get(i).shape(html);
                html.close("svg");
            }
        }
        html.close("svg").close("div").line();
    }

    private String described(Row row, String title) {
        StringBuilder text = new StringBuilder(title + ", " + Printable.text(row.name()) + ":");
        for (int i = 0; i < models.size(); i++) {
            Dot dot = row.dots().get(i);
            text.append(i == 0 ? " " : ", ")
                    .append(Printable.text(models.get(i).name()))
                    .append(' ');
            text.append(dot == null ? Numbers.NONE : Numbers.accuracy(dot.value()));
        }
        return text.toString();
    }

    private void line(Html html, String style, double fromX, double toX, int fromY, int toY) {
        html.open(
                "line",
                "class",
                style,
                "x1",
                x(fromX),
                "x2",
                x(toX),
                "y1",
                Integer.toString(fromY),
                "y2",
                Integer.toString(toY));
        html.close("line");
    }

    private String x(double value) {
        double share = (Math.clamp(value, least, most) - least) / (most - least);
        return String.format(Locale.ROOT, "%.2f%%", share * 100);
    }
}
