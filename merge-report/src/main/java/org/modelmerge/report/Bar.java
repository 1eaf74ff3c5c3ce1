package org.modelmerge.report;

import java.util.Locale;

/// A share of a whole as an inline SVG bar. The number stands beside it, so the bar itself says nothing new.
final class Bar {
    private static final int WIDTH = 120;

    private Bar() {}

    /// @param share 0 to 1; an empty track where it does not exist
    /// @param title what a screen reader or a pointer gets
    static void write(Html html, double share, String title) {
        double width = Double.isFinite(share) ? Math.clamp(share, 0, 1) * WIDTH : 0;
        html.open(
                "svg", "class", "bar", "viewBox", "0 0 " + WIDTH + " 8", "preserveAspectRatio", "none", "role", "img");
        html.element("title", title);
        html.raw("<rect class=\"track\" width=\"" + WIDTH + "\" height=\"8\"/>");
        html.raw("<rect class=\"fill\" width=\"" + String.format(Locale.ROOT, "%.1f", width) + "\" height=\"8\"/>");
        html.close("svg");
    }
}
