package org.modelmerge.report;

import org.modelmerge.report.CheckReport.Expert;

/// The verdict of a check and its reasons, expert by expert.
final class CheckSections {
    private CheckSections() {}

    static void head(Html html, CheckReport report) {
        html.open("header").element("p", "Check report", "class", "kind");
        html.element("h1", report.mergeable() ? "Can be merged" : "Cannot be merged");
        html.open("p", "class", "lead")
                .name(report.verdict())
                .close("p")
                .close("header")
                .line();
        if (report.mergeable()) {
            html.open("dl", "class", "figures").line();
            MergeSections.figure(html, "elements to merge (D)", Numbers.count(report.elements()));
            MergeSections.figure(
                    html, "tensors to merge", Numbers.count(report.tensors().merged()));
            MergeSections.figure(html, "to copy", Numbers.count(report.tensors().copied()));
            MergeSections.figure(html, "to drop", Numbers.count(report.tensors().dropped()));
            MergeSections.figure(html, "bytes read", Numbers.bytes(report.bytesRead()));
            html.close("dl").line();
        }
    }

    static void experts(Html html, CheckReport report) {
        if (report.experts().isEmpty()) {
            return;
        }
        html.open("section").element("h2", "Experts");
        html.open("div", "class", "scroll", "tabindex", "0", "role", "region", "aria-label", "Experts");
        html.open("table").element("caption", "Each expert against the base");
        html.raw("<thead><tr><th scope=\"col\">Task</th><th scope=\"col\">Dtypes</th><th scope=\"col\">Base</th>");
        html.raw("<th scope=\"col\">Mismatches</th></tr></thead>").open("tbody");
        for (Expert expert : report.experts()) {
            html.line()
                    .open("tr")
                    .open("th", "scope", "row")
                    .name(expert.task())
                    .close("th");
            html.element("td", expert.dtypes())
                    .open("td", "class", "f")
                    .name(expert.base())
                    .close("td")
                    .open("td", "class", "f");
            if (expert.mismatches().isEmpty()) {
                html.text("none");
            } else {
                html.open("ul");
                expert.mismatches().forEach(line -> html.open("li").name(line).close("li"));
                html.close("ul");
            }
            html.close("td").close("tr");
        }
        html.close("tbody").close("table").close("div").close("section").line();
    }
}
