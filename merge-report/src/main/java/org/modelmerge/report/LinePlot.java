package org.modelmerge.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.modelmerge.error.Printable;

/// Values of several series over steps, as lines on one scale.
final class LinePlot {
    private static final int WIDTH = 720;
    private static final int HEIGHT = 240;
    private static final int LEFT = 44;
    private static final int RIGHT = 8;
    private static final int TOP = 8;
    private static final int BOTTOM = 26;
    private static final int TICKS = 4;
    /// More points than pixels draw nothing new.
    private static final int MOST_POINTS = 600;

    private final List<Marker> series = new ArrayList<>();
    private final List<double[]> values = new ArrayList<>();

    /// Adds a series.
    ///
    /// @param points one value a step, from step 1
    void add(String name, double[] points) {
        series.add(new Marker(name, series.size()));
        values.add(points.clone());
    }

    /// Writes legend, scale and lines.
    ///
    /// @param mark a step to mark, 0 for none
    void write(Html html, String title, int mark) {
        double most = 0;
        int steps = 1;
        for (double[] points : values) {
            steps = Math.max(steps, points.length);
            for (double point : points) {
                most = Math.max(most, Double.isFinite(point) ? point : 0);
            }
        }
        most = roundUp(most);
        html.open("figure", "class", "plot").open("figcaption");
        for (Marker marker : series) {
            html.open("span", "class", "legend");
            marker.inline(html);
            html.name(marker.name()).close("span").text(" ");
        }
        html.close("figcaption").line();
        html.open("svg", "class", "curves", "viewBox", "0 0 " + WIDTH + " " + HEIGHT, "role", "img");
        html.element("title", described(title));
        for (int k = 0; k <= TICKS; k++) {
            double value = most * k / TICKS;
            line(html, "grid", LEFT, y(value, most), WIDTH - RIGHT, y(value, most));
            text(html, "tick end", LEFT - 6, y(value, most) + 4, Numbers.significant(value));
            int step = (int) Math.round((double) steps * k / TICKS);
            text(html, "tick", x(Math.max(1, step), steps), HEIGHT - 8, Integer.toString(Math.max(1, step)));
        }
        if (mark > 0) {
            line(html, "mark-line", x(mark, steps), TOP, x(mark, steps), HEIGHT - BOTTOM);
        }
        for (int s = 0; s < values.size(); s++) {
            html.open(
                    "polyline",
                    "class",
                    "curve " + series.get(s).style(),
                    "points",
                    points(values.get(s), steps, most));
            html.close("polyline");
            double[] own = values.get(s);
            html.open(
                    "svg", "x", number(x(own.length, steps)), "y", number(y(own[own.length - 1], most)), "class", "at");
            series.get(s).shape(html);
            html.close("svg");
        }
        html.close("svg").close("figure").line();
    }

    private static double roundUp(double most) {
        if (most <= 0) {
            return 1;
        }
        double unit = StrictMath.pow(10, Math.floor(StrictMath.log10(most)));
        return Math.ceil(most / unit * 2) / 2 * unit;
    }

    private String points(double[] own, int steps, double most) {
        int stride = Math.max(1, own.length / MOST_POINTS);
        StringBuilder points = new StringBuilder();
        for (int k = 0; k < own.length + stride - 1; k += stride) {
            int at = Math.min(k, own.length - 1);
            points.append(points.isEmpty() ? "" : " ")
                    .append(number(x(at + 1, steps)))
                    .append(',')
                    .append(number(y(own[at], most)));
        }
        return points.toString();
    }

    private static double x(int step, int steps) {
        return LEFT + (WIDTH - LEFT - RIGHT) * (steps == 1 ? 0.5 : (step - 1.0) / (steps - 1));
    }

    private static double y(double value, double most) {
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * Math.clamp(value / most, 0.0, 1.0);
    }

    private String described(String title) {
        StringBuilder text = new StringBuilder(title + ":");
        for (int s = 0; s < series.size(); s++) {
            double[] own = values.get(s);
            text.append(s == 0 ? " " : ", ")
                    .append(Printable.text(series.get(s).name()))
                    .append(' ')
                    .append(Numbers.significant(own[0]))
                    .append(" to ")
                    .append(Numbers.significant(own[own.length - 1]));
        }
        return text.toString();
    }

    private static void line(Html html, String style, double x1, double y1, double x2, double y2) {
        html.open("line", "class", style, "x1", number(x1), "y1", number(y1), "x2", number(x2), "y2", number(y2));
        html.close("line");
    }

    private static void text(Html html, String style, double x, double y, String text) {
        html.element("text", text, "class", style, "x", number(x), "y", number(y));
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }
}
