package org.modelmerge.benchmarks;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Draws accuracy over storage, one panel a family of models and one line a method, as SVG. Storage starts at 0,
/// accuracy does not.
final class StoragePlot {
    private static final int WIDTH = 460;
    private static final int HEIGHT = 340;
    private static final int LEFT = 56;
    private static final int TOP = 34;
    private static final int RIGHT = 30;
    private static final int BOTTOM = 48;
    /// Ends of the accuracy scale are multiples of this many per cent.
    private static final double STEP = 5;
    /// Labels are at least as far apart.
    private static final double LINE = 13;
    /// Room for a label.
    private static final double LABEL = 160;

    private final Svg svg;
    private final int left;
    private final double most;
    private final double low;
    private final double high;

    /// A merge, or a method with one setting.
    ///
    /// @param size in MB
    /// @param accuracy in per cent
    /// @param note set beside the point
    record Point(double size, double accuracy, String note) {}

    private StoragePlot(Svg svg, int panel, Map<String, List<Point>> lines) {
        this.svg = svg;
        left = panel * (WIDTH + RIGHT) + LEFT;
        double largest = 0;
        double least = 100;
        double best = 0;
        for (List<Point> line : lines.values()) {
            for (Point point : line) {
                largest = Math.max(largest, point.size());
                least = Math.min(least, point.accuracy());
                best = Math.max(best, point.accuracy());
            }
        }
        most = Svg.axisEnd(largest);
        low = STEP * Math.floor(least / STEP);
        high = STEP * Math.ceil(best / STEP);
    }

    /// Draws what was measured.
    ///
    /// @param args a file with lines of family, method, MB, accuracy in per cent and a note that may be empty,
    ///     apart by tabs; and the file to write
    public static void main(String[] args) throws Exception {
        Map<String, Map<String, List<Point>>> panels = new LinkedHashMap<>();
        for (String line : Files.readAllLines(Path.of(args[0]), StandardCharsets.UTF_8)) {
            String[] cells = line.split("\t", -1);
            panels.computeIfAbsent(cells[0], family -> new LinkedHashMap<>())
                    .computeIfAbsent(cells[1], method -> new ArrayList<>())
                    .add(new Point(Double.parseDouble(cells[2]), Double.parseDouble(cells[3]), cells[4]));
        }
        Svg svg = new Svg(
                panels.size() * (WIDTH + RIGHT),
                HEIGHT,
                "Accuracy over storage: " + String.join(", and ", panels.keySet()));
        int panel = 0;
        for (Map.Entry<String, Map<String, List<Point>>> entry : panels.entrySet()) {
            new StoragePlot(svg, panel++, entry.getValue()).panel(entry.getKey(), entry.getValue());
        }
        Files.writeString(Path.of(args[1]), svg.finish());
    }

    private void panel(String family, Map<String, List<Point>> lines) {
        axes(family);
        List<Map.Entry<String, List<Point>>> fromTop = new ArrayList<>(lines.entrySet());
        fromTop.sort((a, b) -> Double.compare(
                b.getValue().getLast().accuracy(), a.getValue().getLast().accuracy()));
        int colour = 0;
        double lastX = Double.NEGATIVE_INFINITY;
        double lastLabel = Double.NEGATIVE_INFINITY;
        for (Map.Entry<String, List<Point>> line : fromTop) {
            String stroke = Svg.COLOURS.get(colour++ % Svg.COLOURS.size());
            line(line.getValue(), stroke);
            Point end = line.getValue().getLast();
            double x = x(end.size());
            double label = y(end.accuracy()) + 4;
            if (Math.abs(x - lastX) < LABEL) {
                label = Math.max(label, lastLabel + LINE);
            }
            lastX = x;
            lastLabel = label;
            boolean before = x + LABEL > left + WIDTH - LEFT + RIGHT;
            // To the left of a point may be the label of another; above it is room.
            svg.text(
                    x + (before ? 4 : 8), label - (before ? LINE : 0), before ? "end" : "start", stroke, line.getKey());
        }
    }

    private void axes(String family) {
        double bottom = HEIGHT - BOTTOM;
        double right = left + WIDTH - LEFT;
        double step = high - low > 6 * STEP ? 2 * STEP : STEP;
        for (double accuracy = step * Math.ceil(low / step); accuracy <= high; accuracy += step) {
            svg.stroke("#ddd", 1, left, y(accuracy), right, y(accuracy));
            svg.text(left - 6, y(accuracy) + 4, "end", "#333", Svg.plain(accuracy));
        }
        for (int k = 0; k <= Svg.TICKS; k++) {
            double size = most * k / Svg.TICKS;
            svg.text(x(size), bottom + 16, "middle", "#333", Svg.plain(size));
        }
        svg.stroke("#333", 1, left, TOP, left, bottom);
        svg.stroke("#333", 1, left, bottom, right, bottom);
        svg.text((left + right) / 2, bottom + 36, "middle", "#333", "MB, " + family);
        svg.text(left - LEFT + 8, TOP - 16, "start", "#333", "accuracy, %");
    }

    private void line(List<Point> points, String colour) {
        for (int k = 0; k < points.size(); k++) {
            Point point = points.get(k);
            svg.dot(colour, x(point.size()), y(point.accuracy()));
            svg.text(x(point.size()) - 6, y(point.accuracy()) - 7, "end", colour, point.note());
            if (k > 0) {
                Point before = points.get(k - 1);
                svg.stroke(colour, 2, x(before.size()), y(before.accuracy()), x(point.size()), y(point.accuracy()));
            }
        }
    }

    private double x(double size) {
        return left + (WIDTH - LEFT) * size / most;
    }

    private double y(double accuracy) {
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (accuracy - low) / (high - low);
    }
}
