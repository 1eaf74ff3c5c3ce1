package org.modelmerge.benchmarks;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Draws a cost over a size, one panel a kind of size and one line a method, as SVG. Both axes are linear and start
/// at 0: what costs in proportion to its size is a straight line.
final class ScalingPlot {
    private static final int WIDTH = 380;
    private static final int HEIGHT = 320;
    private static final int LEFT = 56;
    private static final int TOP = 30;
    private static final int RIGHT = 110;
    private static final int BOTTOM = 48;
    /// Okabe and Ito's colours, which the colour-blind can tell apart; lines are named at their ends too.
    private static final List<String> COLOURS = List.of("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9");

    private final StringBuilder svg = new StringBuilder();
    private final String cost;
    private final int left;
    private final double scaleX;
    private final double scaleY;

    /// Repetitions at one size.
    record Point(double size, double median, double low, double high) {}

    private ScalingPlot(String cost, int panel, Map<String, List<Point>> lines) {
        this.cost = cost;
        left = panel * (WIDTH + RIGHT) + LEFT;
        scaleX = (WIDTH - LEFT)
                / roundedUp(lines.values().stream()
                        .flatMap(List::stream)
                        .mapToDouble(Point::size)
                        .max()
                        .orElse(1));
        scaleY = (HEIGHT - TOP - BOTTOM)
                / roundedUp(lines.values().stream()
                        .flatMap(List::stream)
                        .mapToDouble(Point::high)
                        .max()
                        .orElse(1));
    }

    /// Draws what was measured.
    ///
    /// @param args a file with lines of kind of size, method, size, and cost (median, least, most), apart by tabs;
    ///     the file to write; and what the cost is, for example `MiB`, if not seconds
    public static void main(String[] args) throws Exception {
        Map<String, Map<String, List<Point>>> panels = new LinkedHashMap<>();
        for (String line : Files.readAllLines(Path.of(args[0]), StandardCharsets.UTF_8)) {
            String[] cells = line.split("\t", -1);
            panels.computeIfAbsent(cells[0], kind -> new LinkedHashMap<>())
                    .computeIfAbsent(cells[1], method -> new ArrayList<>())
                    .add(new Point(number(cells[2]), number(cells[3]), number(cells[4]), number(cells[5])));
        }
        Files.writeString(Path.of(args[1]), draw(args.length > 2 ? args[2] : "seconds", panels));
    }

    private static double number(String text) {
        return Double.parseDouble(text);
    }

    private static String draw(String cost, Map<String, Map<String, List<Point>>> panels) {
        int width = panels.size() * (WIDTH + RIGHT);
        StringBuilder all = new StringBuilder();
        all.append(String.format(
                Locale.ROOT, """
                <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="12">
                <title>%s over %s</title>
                <rect width="100%%" height="100%%" fill="#fff"/>
                """, width, HEIGHT, escaped(cost), escaped(String.join(", and over ", panels.keySet()))));
        int panel = 0;
        for (Map.Entry<String, Map<String, List<Point>>> entry : panels.entrySet()) {
            all.append(new ScalingPlot(cost, panel++, entry.getValue()).panel(entry.getKey(), entry.getValue()));
        }
        return all.append("</svg>\n").toString();
    }

    private String panel(String kind, Map<String, List<Point>> lines) {
        axes(kind);
        int colour = 0;
        double lastLabel = Double.POSITIVE_INFINITY;
        List<Map.Entry<String, List<Point>>> byHeight = new ArrayList<>(lines.entrySet());
        byHeight.sort((a, b) -> Double.compare(
                a.getValue().getLast().median(), b.getValue().getLast().median()));
        for (Map.Entry<String, List<Point>> line : byHeight) {
            String stroke = COLOURS.get(colour++ % COLOURS.size());
            line(line.getValue(), stroke);
            Point end = line.getValue().getLast();
            lastLabel = Math.min(y(end.median()) + 4, lastLabel - 14);
            text(x(end.size()) + 8, lastLabel, "start", stroke, line.getKey());
        }
        return svg.toString();
    }

    private void axes(String kind) {
        double bottom = HEIGHT - BOTTOM;
        double right = left + WIDTH - LEFT;
        for (int k = 0; k <= 4; k++) {
            double size = (right - left) / scaleX * k / 4;
            double seconds = (bottom - TOP) / scaleY * k / 4;
            stroke("#ddd", 1, left, y(seconds), right, y(seconds));
            text(left - 6, y(seconds) + 4, "end", "#333", plain(seconds));
            text(x(size), bottom + 16, "middle", "#333", plain(size));
        }
        stroke("#333", 1, left, TOP, left, bottom);
        stroke("#333", 1, left, bottom, right, bottom);
        text((left + right) / 2, bottom + 36, "middle", "#333", kind);
        text(left - LEFT + 8, TOP - 14, "start", "#333", cost);
    }

    private void line(List<Point> points, String colour) {
        for (int k = 0; k < points.size(); k++) {
            Point point = points.get(k);
            double x = x(point.size());
            stroke(colour, 1, x, y(point.low()), x, y(point.high()));
            svg.append(String.format(
                    Locale.ROOT,
                    "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"%s\"/>%n",
                    x,
                    y(point.median()),
                    colour));
            if (k > 0) {
                Point before = points.get(k - 1);
                stroke(colour, 2, x(before.size()), y(before.median()), x, y(point.median()));
            }
        }
    }

    private void stroke(String colour, int width, double x1, double y1, double x2, double y2) {
        svg.append(String.format(
                Locale.ROOT,
                "<path d=\"M%.1f %.1fL%.1f %.1f\" stroke=\"%s\" stroke-width=\"%d\"/>%n",
                x1,
                y1,
                x2,
                y2,
                colour,
                width));
    }

    private void text(double x, double y, String anchor, String colour, String text) {
        svg.append(String.format(
                Locale.ROOT,
                "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" fill=\"%s\">%s</text>%n",
                x,
                y,
                anchor,
                colour,
                escaped(text)));
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;");
    }

    private double x(double size) {
        return left + size * scaleX;
    }

    private double y(double seconds) {
        return HEIGHT - BOTTOM - seconds * scaleY;
    }

    /// The next of 1, 2, 4, 8 times a power of ten, so that quarters are short numbers.
    private static double roundedUp(double value) {
        double power = 1e-3;
        while (power * 8 < value) {
            power *= 10;
        }
        double rounded = power;
        while (rounded < value) {
            rounded *= 2;
        }
        return rounded;
    }

    private static String plain(double value) {
        String text = String.format(Locale.ROOT, "%.3f", value);
        return text.replaceAll("\\.?0+$", "");
    }
}
