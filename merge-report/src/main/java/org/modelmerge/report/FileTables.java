package org.modelmerge.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.modelmerge.evaluation.Evaluation;
import org.modelmerge.evaluation.ModelResult;
import org.modelmerge.evaluation.TaskResult;
import org.modelmerge.report.MergeReport.Input;

/// The models that went in and the files that came out, with their hashes.
final class FileTables {
    private static final int SHORT_HASH = 16;

    private FileTables() {}

    static void inputs(Html html, List<Input> inputs) {
        boolean hashed = inputs.stream().anyMatch(input -> !input.sha256().isEmpty());
        html.open("section").element("h2", "Inputs");
        html.open("div", "class", "scroll", "tabindex", "0", "role", "region", "aria-label", "Inputs");
        html.open("table").element("caption", "Base and experts, in task order");
        html.raw("<thead><tr><th scope=\"col\">Task</th><th scope=\"col\">File</th>");
        html.raw("<th scope=\"col\" class=\"n\">Size</th><th scope=\"col\">SHA-256 of the header</th>");
        html.raw(hashed ? "<th scope=\"col\">SHA-256 of the whole files</th>" : "")
                .raw("</tr></thead>")
                .open("tbody");
        for (Input input : inputs) {
            html.line().open("tr").open("th", "scope", "row").name(input.name()).close("th");
            html.open("td", "class", "f").name(input.file());
            if (input.origin() != null) {
                html.element("div", input.origin());
            }
            html.close("td");
            html.element("td", Numbers.bytes(input.sizeBytes()), "class", "n", "title", input.sizeBytes() + " bytes");
            html.open("td");
            hash(html, input.headerSha256());
            html.close("td");
            if (hashed) {
                html.open("td");
                input.sha256().forEach((file, hex) -> {
                    html.open("div")
                            .open("span", "class", "file")
                            .name(file)
                            .close("span")
                            .text(" ");
                    hash(html, hex);
                    html.close("div");
                });
                html.close("td");
            }
            html.close("tr");
        }
        html.close("tbody").close("table").close("div").close("section").line();
    }

    static void outputs(Html html, Map<String, String> sha256, String output) {
        html.open("section").element("h2", "Output");
        html.open("div", "class", "scroll", "tabindex", "0", "role", "region", "aria-label", "Output files");
        html.open("table").open("caption").text("Files of ").name(output).close("caption");
        html.raw("<thead><tr><th scope=\"col\">File</th><th scope=\"col\">SHA-256</th></tr></thead>")
                .open("tbody");
        sha256.forEach((file, hex) -> {
            html.line()
                    .open("tr")
                    .open("th", "scope", "row", "class", "f")
                    .name(file)
                    .close("th");
            html.open("td").element("code", hex, "class", "whole").close("td").close("tr");
        });
        html.close("tbody").close("table").close("div").close("section").line();
    }

    /// The models of an evaluation whose hashes are known.
    static void evaluated(Html html, Evaluation evaluation) {
        Map<String, String> hashes = new LinkedHashMap<>();
        List<@Nullable ModelResult> columns = new ArrayList<>(evaluation.models());
        columns.add(evaluation.baseline());
        columns.add(evaluation.individual());
        for (ModelResult column : columns) {
            if (column != null) {
                for (TaskResult task : column.tasks()) {
                    if (task.sha256() != null) {
                        hashes.put(task.model(), task.sha256());
                    }
                }
            }
        }
        if (hashes.isEmpty()) {
            return;
        }
        html.open("section").element("h2", "Models");
        html.open("div", "class", "scroll", "tabindex", "0", "role", "region", "aria-label", "Models");
        html.open("table").element("caption", "What was evaluated, by its weights");
        html.raw("<thead><tr><th scope=\"col\">Model</th><th scope=\"col\">SHA-256</th></tr></thead>")
                .open("tbody");
        hashes.forEach((model, hex) -> {
            html.line().open("tr").open("th", "scope", "row").name(model).close("th");
            html.open("td").element("code", hex, "class", "whole").close("td").close("tr");
        });
        html.close("tbody").close("table").close("div").close("section").line();
    }

    private static void hash(Html html, String hex) {
        String shown = hex.length() > SHORT_HASH ? hex.substring(0, SHORT_HASH) + "\u2026" : hex;
        html.element("code", shown, "title", hex);
    }
}
