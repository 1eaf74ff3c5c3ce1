package org.modelmerge.report;

/// What the numbers of the page mean.
final class ReadingNotes {
    private ReadingNotes() {}

    static void write(Html html) {
        html.open("section", "class", "notes")
                .element("h2", "How to read the numbers")
                .open("dl")
                .line();
        note(html, "\u03c4", "The task vector of an expert: its weights minus the base's, in float32.");
        note(html, "change", "|merged| / |base|, where merged is the written output minus the base.");
        note(
                html,
                "sign agreement",
                "Among elements that some expert moved, the share that all of them moved the same way.");
        note(
                html,
                "cosine",
                "1: same direction; 0: unrelated; negative: against each other. " + Numbers.NONE
                        + " where a vector is zero.");
        note(
                html,
                "share of \u03a3|\u03c4|\u00b2",
                "An expert's part of the summed squared norms: one that dominates them "
                        + "dominates an unweighted sum.");
        html.close("dl").close("section").line();
    }

    private static void note(Html html, String term, String meaning) {
        html.element("dt", term).element("dd", meaning).line();
    }
}
