package org.modelmerge.benchmarks;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Draws a cost over a size, one panel a kind of size and one line a method, as SVG. Both axes are linear and start
/// at 0: what costs in proportion to its size is a straight line. Lines are named at their ends.
final class ScalingPlot {
    private static final int WIDTH = 380;
    private static final int HEIGHT = 320;
    private static final int LEFT = 56;
    private static final int TOP = 30;
    private static final int RIGHT = 110;
    private static final int BOTTOM = 48;

    private final Svg svg;
    private final String cost;
    private final int left;
    private final double scaleX;
    private final double scaleY;

    /// Repetitions at one size.
    record Point(double size, double median, double low, double high) {}

    private ScalingPlot(Svg svg, String cost, int panel, Map<String, List<Point>> lines) {
        this.svg = svg;
        this.cost = cost;
        left = panel * (WIDTH + RIGHT) + LEFT;
        scaleX = (WIDTH - LEFT)
                / Svg.axisEnd(lines.values().stream()
                        .flatMap(List::stream)
                        .mapToDouble(Point::size)
                        .max()
                        .orElse(1));
        scaleY = (HEIGHT - TOP - BOTTOM)
                / Svg.axisEnd(lines.values().stream()
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
        Svg svg = new Svg(width, HEIGHT, cost + " over " + String.join(", and over ", panels.keySet()));
        int panel = 0;
        for (Map.Entry<String, Map<String, List<Point>>> entry : panels.entrySet()) {
            new ScalingPlot(svg, cost, panel++, entry.getValue()).panel(entry.getKey(), entry.getValue());
        }
        return svg.finish();
    }

    private void panel(String kind, Map<String, List<Point>> lines) {
        axes(kind);
        int colour = 0;
        double lastLabel = Double.POSITIVE_INFINITY;
        List<Map.Entry<String, List<Point>>> byHeight = new ArrayList<>(lines.entrySet());
        byHeight.sort((a, b) -> Double.compare(
                a.getValue().getLast().median(), b.getValue().getLast().median()));
        for (Map.Entry<String, List<Point>> line : byHeight) {
            String stroke = Svg.COLOURS.get(colour++ % Svg.COLOURS.size());
            line(line.getValue(), stroke);
            Point end = line.getValue().getLast();
            lastLabel = Math.min(y(end.median()) + 4, lastLabel - 14);
            svg.text(x(end.size()) + 8, lastLabel, "start", stroke, line.getKey());
        }
    }

    private void axes(String kind) {
        double bottom = HEIGHT - BOTTOM;
        double right = left + WIDTH - LEFT;
        for (int k = 0; k <= Svg.TICKS; k++) {
            double size = (right - left) / scaleX * k / Svg.TICKS;
            double seconds = (bottom - TOP) / scaleY * k / Svg.TICKS;
            svg.stroke("#ddd", 1, left, y(seconds), right, y(seconds));
            svg.text(left - 6, y(seconds) + 4, "end", "#333", Svg.plain(seconds));
            svg.text(x(size), bottom + 16, "middle", "#333", Svg.plain(size));
        }
        svg.stroke("#333", 1, left, TOP, left, bottom);
        svg.stroke("#333", 1, left, bottom, right, bottom);
        svg.text((left + right) / 2, bottom + 36, "middle", "#333", kind);
        svg.text(left - LEFT + 8, TOP - 14, "start", "#333", cost);
    }

    private void line(List<Point> points, String colour) {
        for (int k = 0; k < points.size(); k++) {
            Point point = points.get(k);
            double x = x(point.size());
            svg.stroke(colour, 1, x, y(point.low()), x, y(point.high()));
            svg.dot(colour, x, y(point.median()));
            if (k > 0) {
                Point before = points.get(k - 1);
                svg.stroke(colour, 2, x(before.size()), y(before.median()), x, y(point.median()));
            }
        }
    }

    private double x(double size) {
        return left + size * scaleX;
    }

    private double y(double seconds) {
        return HEIGHT - BOTTOM - seconds * scaleY;
    }
}
