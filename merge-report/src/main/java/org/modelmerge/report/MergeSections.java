package org.modelmerge.report;

import org.modelmerge.report.MergeReport.TensorCounts;

/// What was merged and how, and its key figures.
final class MergeSections {
    private MergeSections() {}

    static void head(Html html, MergeReport report) {
        html.open("header");
        html.element("p", "Merge report", "class", "kind");
        html.open("h1").name(report.output()).close("h1");
        html.open("p", "class", "lead").text(report.method().title() + " of ");
        int count = report.tasks().size();
        for (int i = 0; i < count; i++) {
            html.text(i == 0 ? "" : i == count - 1 ? " and " : ", ");
            html.open("strong").name(report.tasks().get(i)).close("strong");
        }
        html.text(" on the base ").open("strong");
        html.name(report.inputs().getFirst().file()).close("strong").text(".").close("p");
        html.close("header").line();
    }

    static void figures(Html html, MergeReport report) {
        TensorCounts tensors = report.tensors();
        html.open("dl", "class", "figures").line();
        figure(html, "elements merged (D)", Numbers.count(report.elements()));
        figure(html, "tensors merged", Numbers.count(tensors.merged()));
        figure(html, "copied", Numbers.count(tensors.copied()));
        figure(html, "dropped", Numbers.count(tensors.dropped()));
        figure(html, "bytes read", Numbers.bytes(report.bytesRead()));
        figure(html, "bytes written", Numbers.bytes(report.bytesWritten()));
        html.close("dl").line();
    }

    static void figure(Html html, String term, String value) {
        html.open("div").element("dt", term).element("dd", value).close("div").line();
    }
}
