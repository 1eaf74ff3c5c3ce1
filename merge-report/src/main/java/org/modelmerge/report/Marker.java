package org.modelmerge.report;

/// The sign of a model in a plot: shape and colour together, so that neither has to be told apart alone.
///
/// @param name of the model
/// @param series its number, from 0; [#REFERENCE] for what the models are held against
record Marker(String name, int series) {
    static final int REFERENCE = -1;

    private static final String RING = "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0";

    /// Each within 12 x 12 around 0, of about the same area.
    private static final String[] SHAPES = {
        "M-5 0a5 5 0 1 0 10 0a5 5 0 1 0 -10 0",
        "M-4.5 -4.5h9v9h-9z",
        "M0 -6L6 0L0 6L-6 0z",
        "M0 -5.5L6 5H-6z",
        "M0 5.5L6 -5H-6z",
        "M-2 -6h4v4h4v4h-4v4h-4v-4h-4v-4h4z",
    };

    /// Colours repeat after this many models, by then with other shapes.
    private static final int COLORS = 8;

    /// What of the plot's style applies.
    String style() {
        return series == REFERENCE ? "ref" : "s" + series % COLORS;
    }

    /// The shape around the origin.
    void shape(Html html) {
        html.open("path", "class", "mark " + style(), "d", series == REFERENCE ? RING : SHAPES[series % SHAPES.length]);
        html.close("path");
    }

    /// The shape in a line of text; the name beside it says what it is.
    void inline(Html html) {
        html.raw("<svg class=\"key\" viewBox=\"-7 -7 14 14\" aria-hidden=\"true\">");
        shape(html);
        html.close("svg");
    }
}
