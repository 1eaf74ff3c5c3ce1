package org.modelmerge.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.DoubleSummaryStatistics;
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
    private static final int[] ROUND = {1, 2, 3, 4, 6, 8, 10};
    /// More points than pixels draw nothing new.
    private static final int MOST_POINTS = 600;

    private final List<Marker> series = new ArrayList<>();
    private final List<double[]> values = new ArrayList<>();
    private final boolean fromZero;

    private LinePlot(boolean fromZero) {
        this.fromZero = fromZero;
    }

    /// A plot whose scale includes 0: it starts there unless a value is negative.
    static LinePlot fromZero() {
        return new LinePlot(true);
    }

    /// A plot whose scale goes from the least value to the largest.
    static LinePlot ofRange() {
        return new LinePlot(false);
    }

    /// What the height of the plot stands for.
    private record Scale(double low, double high) {
        double y(double value) {
            return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * Math.clamp((value - low) / (high - low), 0.0, 1.0);
        }

        double at(int tick) {
            return low + (high - low) * tick / TICKS;
        }
    }

    /// Adds a series.
    ///
    /// @param points one value a step, from step 1; NaN where there is none
    void add(String name, double[] points) {
        series.add(new Marker(name, series.size()));
        values.add(points.clone());
    }

    /// Writes legend, scale and lines.
    ///
    /// @param mark a step to mark, 0 for none
    void write(Html html, String title, int mark) {
        int steps = values.stream().mapToInt(points -> points.length).max().orElse(1);
        Scale scale = scale();
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
            double y = scale.y(scale.at(k));
            line(html, "grid", LEFT, y, WIDTH - RIGHT, y);
            text(html, "tick end", LEFT - 6, y, tick(scale.at(k)));
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
                    points(values.get(s), steps, scale));
            html.close("polyline");
            double[] own = values.get(s);
            int last = last(own);
            html.open("svg", "x", number(x(last + 1, steps)), "y", number(scale.y(own[last])), "class", "at");
            series.get(s).shape(html);
            html.close("svg");
        }
        html.close("svg").close("figure").line();
    }

    private Scale scale() {
        DoubleSummaryStatistics range = values.stream()
                .flatMapToDouble(Arrays::stream)
                .filter(Double::isFinite)
                .summaryStatistics();
        if (range.getCount() == 0) {
            return new Scale(0, 1);
        }
        if (fromZero) {
            double low = range.getMin() < 0 ? -roundUp(-range.getMin()) : 0;
            return new Scale(low, low < 0 && range.getMax() <= 0 ? 0 : roundUp(range.getMax()));
        }
        return range.getMin() < range.getMax()
                ? new Scale(range.getMin(), range.getMax())
                : new Scale(range.getMin() - 1, range.getMin() + 1);
    }

    /// The index of the last value.
    private static int last(double[] own) {
        int last = own.length - 1;
        while (last > 0 && Double.isNaN(own[last])) {
            last--;
        }
        return last;
    }

    private static int first(double[] own) {
        int first = 0;
        while (first < own.length - 1 && Double.isNaN(own[first])) {
            first++;
        }
        return first;
    }

    /// The next of some numbers whose quarters are short.
    private static double roundUp(double most) {
        if (most <= 0) {
            return 1;
        }
        double unit = StrictMath.pow(10, Math.floor(StrictMath.log10(most)));
        for (int round : ROUND) {
            if (round * unit >= most) {
                return round * unit;
            }
        }
        return 10 * unit;
    }

    /// A number of the scale without the zeros at its end.
    private static String tick(double value) {
        String text = Numbers.significant(value);
        return text.contains(".") && !text.contains("e") ? text.replaceAll("\\.?0+$", "") : text;
    }

    private static String points(double[] own, int steps, Scale scale) {
        int stride = Math.max(1, own.length / MOST_POINTS);
        StringBuilder points = new StringBuilder();
        for (int k = 0; k < own.length + stride - 1; k += stride) {
            int at = Math.min(k, own.length - 1);
            if (Double.isNaN(own[at])) {
                continue;
            }
            points.append(points.isEmpty() ? "" : " ")
                    .append(number(x(at + 1, steps)))
                    .append(',')
                    .append(number(scale.y(own[at])));
        }
        return points.toString();
    }

    private static double x(int step, int steps) {
        return LEFT + (WIDTH - LEFT - RIGHT) * (steps == 1 ? 0.5 : (step - 1.0) / (steps - 1));
    }

    private String described(String title) {
        StringBuilder text = new StringBuilder(title + ":");
        for (int s = 0; s < series.size(); s++) {
            double[] own = values.get(s);
            text.append(s == 0 ? " " : ", ")
                    .append(Printable.text(series.get(s).name()))
                    .append(' ')
                    .append(Numbers.significant(own[first(own)]))
                    .append(" to ")
                    .append(Numbers.significant(own[last(own)]));
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
