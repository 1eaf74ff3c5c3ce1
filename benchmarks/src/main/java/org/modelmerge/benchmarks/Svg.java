package org.modelmerge.benchmarks;

import java.util.List;
import java.util.Locale;

/// An SVG picture while it is drawn.
final class Svg {
    /// Parts that the ticks divide an axis into.
    static final int TICKS = 4;
    /// First digits of what ticks are apart.
    private static final List<Double> EVEN = List.of(1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 7.5, 10.0);

    /// Okabe and Ito's colours, which the colour-blind can tell apart.
    static final List<String> COLOURS = List.of("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9");

    private final StringBuilder out = new StringBuilder();

    /// A white picture.
    Svg(int width, int height, String title) {
        out.append(String.format(Locale.ROOT, """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="12">
            <title>%s</title>
            <rect width="100%%" height="100%%" fill="#fff"/>
            """, width, height, escaped(title)));
    }

    void stroke(String colour, int width, double x1, double y1, double x2, double y2) {
        out.append(String.format(
                Locale.ROOT,
                "<path d=\"M%.1f %.1fL%.1f %.1f\" stroke=\"%s\" stroke-width=\"%d\"/>%n",
                x1,
                y1,
                x2,
                y2,
                colour,
                width));
    }

    void dot(String colour, double x, double y) {
        out.append(String.format(Locale.ROOT, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"%s\"/>%n", x, y, colour));
    }

    /// @param anchor start, middle or end
    void text(double x, double y, String anchor, String colour, String text) {
        out.append(String.format(
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

    /// The end of an axis that holds a value: four times a short number, so that quarters are short numbers.
    static double axisEnd(double value) {
        double quarter = value / TICKS;
        double power = Math.pow(10, Math.floor(Math.log10(quarter)));
        for (double even : EVEN) {
            if (even * power >= quarter) {
                return TICKS * even * power;
            }
        }
        throw new IllegalArgumentException("axis up to " + value);
    }

    /// At most three decimals, and none that says nothing.
    static String plain(double value) {
        String text = String.format(Locale.ROOT, "%.3f", value);
        return text.replaceAll("\\.?0+$", "");
    }

    /// The whole picture.
    String finish() {
        return out + "</svg>\n";
    }
}
