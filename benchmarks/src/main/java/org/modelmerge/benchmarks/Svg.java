package org.modelmerge.benchmarks;

import java.util.List;
import java.util.Locale;

/// An SVG picture while it is drawn.
final class Svg {
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

    /// The next of 1, 2, 4, 8 times a power of ten, so that quarters are short numbers.
    static double roundedUp(double value) {
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
