package org.modelmerge.report;

import java.util.Map;
import org.modelmerge.catalog.Citation;
import org.modelmerge.engine.Provenance;
import org.modelmerge.report.MergeReport.Method;

/// The method with its equation, its paper and the values it ran with.
final class MethodSection {
    private MethodSection() {}

    static void write(Html html, Method method, Map<String, Object> settings) {
        html.open("section").element("h2", "Method");
        html.open("p")
                .element("strong", method.title())
                .text(". " + method.summary())
                .close("p");
        html.open("pre", "tabindex", "0")
                .text(method.equation().strip())
                .close("pre")
                .line();
        citation(html, method.citation());
        html.open("div", "class", "columns");
        // Tables, such as learned coefficients, by their hash: the JSON report and the recipe hold them whole.
        table(html, "Parameters", Provenance.brief(method.parameters()));
        table(html, "Other settings", settings);
        html.close("div").close("section").line();
    }

    private static void citation(Html html, Citation citation) {
        html.open("p", "class", "cite").text(citation.authors() + ", ");
        html.element("cite", citation.title()).text(", " + citation.year() + ".");
        if (!citation.arxiv().isEmpty()) {
            html.text(" ")
                    .element("a", "arXiv:" + citation.arxiv(), "href", "https://arxiv.org/abs/" + citation.arxiv());
            html.text(".");
        }
        if (!citation.code().isEmpty()) {
            html.text(" Follows the code of " + citation.code() + ".");
        }
        html.close("p").line();
    }

    private static void table(Html html, String caption, Map<String, Object> values) {
        if (values.isEmpty()) {
            return;
        }
        html.open("table", "class", "pairs").element("caption", caption);
        html.raw("<thead><tr><th scope=\"col\">Option</th><th scope=\"col\">Value</th></tr></thead>")
                .open("tbody");
        values.forEach((name, value) -> {
            html.line()
                    .open("tr")
                    .open("th", "scope", "row")
                    .element("code", name)
                    .close("th");
            html.open("td").name(Numbers.value(value)).close("td").close("tr");
        });
        html.close("tbody").close("table").line();
    }
}
