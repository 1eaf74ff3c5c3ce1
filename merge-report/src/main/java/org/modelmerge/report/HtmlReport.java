package org.modelmerge.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.modelmerge.engine.Version;
import org.modelmerge.engine.WeightStatistics;
import org.modelmerge.error.Printable;
import org.modelmerge.evaluation.Evaluation;
import org.modelmerge.evaluation.ModelResult;
import org.modelmerge.evaluation.RoutingMatrix;
import org.modelmerge.extraction.ExtractionOutcome;
import org.modelmerge.extraction.ExtractionRequest;
import org.modelmerge.search.SearchResult;
import org.modelmerge.twin.TwinManifest;

/// A report as one self-contained HTML page: inline style and pictures, no script, nothing loaded from anywhere.
public final class HtmlReport {
    private static final String STYLE = resource("report.css");

    private HtmlReport() {}

    /// The page of a merge.
    public static String of(MergeReport report) {
        return of(report, null, null);
    }

    /// The page of a merge that has exclusive experts beside the shared one.
    static String of(MergeReport report, @Nullable TwinManifest twin, @Nullable RoutingMatrix routing) {
        Html html = begin(report.output() + " \u2013 " + report.method().title());
        MergeSections.head(html, report);
        WarningBox.write(html, report.warnings());
        MergeSections.figures(html, report);
        Evaluation evaluation = report.evaluation();
        if (evaluation != null) {
            EvaluationSections.write(html, evaluation);
        }
        if (routing != null) {
            RoutingSection.write(html, routing);
        }
        if (twin != null) {
            TwinSections.write(html, twin);
        }
        MethodSection.write(html, report.method(), report.settings());
        Learning learning = report.learning();
        if (learning != null) {
            LearningSection.write(html, learning);
        }
        CoefficientMap.write(html, report.method().parameters());
        FileTables.inputs(html, report.inputs());
        FileTables.outputs(html, report.sha256(), report.output());
        WeightStatistics statistics = report.statistics();
        if (statistics == null) {
            html.element("p", "The weights were not measured.", "class", "note");
        } else {
            StatisticsSections.write(html, statistics, true);
        }
        TensorLists.copied(html, report.copied(), "Copied from the base");
        TensorLists.dropped(html, report.dropped());
        return end(html, report.version(), statistics != null);
    }

    /// The page of a composition.
    static String of(ComposeReport report) {
        Html html = begin(report.output() + " \u2013 composed");
        TwinSections.composition(html, report);
        FileTables.outputs(html, report.sha256(), report.output());
        return end(html, report.version(), false);
    }

    /// The page of an extraction.
    static String of(ExtractionRequest request, ExtractionOutcome outcome) {
        String output = LastComponent.of(request.output().toString(), "output");
        Html html = begin(output + " \u2013 LoRA adapter");
        ExtractionSections.head(html, request, outcome, output);
        WarningBox.write(html, outcome.warnings());
        ExtractionSections.write(html, request, outcome);
        FileTables.outputs(html, outcome.sha256(), output);
        return end(html, Version.text(), false);
    }

    /// The page of a check.
    public static String of(CheckReport report) {
        Html html = begin("Check \u2013 " + (report.mergeable() ? "can be merged" : "cannot be merged"));
        CheckSections.head(html, report);
        WarningBox.write(html, report.warnings());
        CheckSections.experts(html, report);
        if (!report.inputs().isEmpty()) {
            FileTables.inputs(html, report.inputs());
        }
        WeightStatistics statistics = report.statistics();
        if (statistics != null) {
            StatisticsSections.write(html, statistics, false);
        }
        TensorLists.copied(html, report.copied(), "A merge copies from the base");
        return end(html, report.version(), statistics != null);
    }

    /// The page of an evaluation.
    public static String of(EvaluationReport report) {
        List<ModelResult> models = report.evaluation().models();
        Html html = begin(
                "Evaluation \u2013 " + (models.size() == 1 ? models.getFirst().model() : models.size() + " models"));
        EvaluationSections.head(html, report);
        EvaluationSections.gates(html, report.gates());
        WarningBox.write(html, report.evaluation().warnings());
        EvaluationSections.write(html, report.evaluation());
        FileTables.evaluated(html, report.evaluation());
        return end(html, report.version(), false);
    }

    /// The page of a search.
    public static String of(SearchResult result) {
        Html html = begin("Search \u2013 " + result.method());
        SearchSections.head(html, result);
        SearchSections.write(html, result);
        return end(html, result.version(), false);
    }

    private static Html begin(String title) {
        Html html = new Html();
        html.raw("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
        html.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
        html.raw("<meta name=\"color-scheme\" content=\"light dark\">\n");
        html.element("title", Printable.text(title)).line();
        html.raw("<style>\n" + STYLE + "</style>\n</head>\n<body>\n<main>\n");
        return html;
    }

    private static String end(Html html, String version, boolean measured) {
        if (measured) {
            ReadingNotes.write(html);
        }
        html.raw("</main>\n");
        html.element("footer", "modelmerge " + version).line();
        return html.raw("</body>\n</html>\n").toString();
    }

    private static String resource(String name) {
        try (InputStream in = HtmlReport.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("the resource " + name + " is missing");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
