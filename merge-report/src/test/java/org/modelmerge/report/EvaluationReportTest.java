package org.modelmerge.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.modelmerge.error.MergeException;
import org.modelmerge.evaluation.Answers;
import org.modelmerge.evaluation.Evaluation;
import org.modelmerge.evaluation.Gates;
import org.modelmerge.evaluation.ModelAnswers;
import org.modelmerge.evaluation.ModelResult;
import org.modelmerge.evaluation.TaskAnswers;
import org.modelmerge.evaluation.TaskResult;
import org.modelmerge.json.StrictJson;

final class EvaluationReportTest {
    private static Evaluation tiny(String model, String task, String label) throws MergeException {
        Answers answers = new Answers(new int[] {0, 0, 0, 0}, new int[] {0, 1, 1, 1}, List.of(label, "other"));
        return Evaluation.of(
                List.of(new ModelAnswers(model, List.of(new TaskAnswers(task, model, null, answers)))), null, null, 0);
    }

    private static String page(Evaluation evaluation) {
        return HtmlReport.of(EvaluationReport.of("1", evaluation, Gates.NONE));
    }

    @Test
    void showsEveryModelOnOnePageWithTheNumbersOfTheJson() throws Exception {
        EvaluationReport report = SampleEvaluations.of(6);
        String html = HtmlReport.of(report);
        Map<?, ?> json = (Map<?, ?>)
                StrictJson.parse(EvaluationJson.of(report, name -> name).getBytes(StandardCharsets.UTF_8));

        List<?> models = (List<?>) json.get("models");
        assertThat(models).hasSize(6);
        for (int m = 0; m < 6; m++) {
            Map<?, ?> model = (Map<?, ?>) models.get(m);
            ModelResult result = report.evaluation().models().get(m);
            assertThat(model.get("average")).isEqualTo(result.average());
            assertThat(html).contains("<bdi>" + model.get("model") + "</bdi>");
            for (int t = 0; t < 6; t++) {
                Map<?, ?> task = (Map<?, ?>) ((List<?>) model.get("tasks")).get(t);
                TaskResult expected = result.tasks().get(t);
                assertThat(task.get("accuracy")).isEqualTo(expected.accuracy());
                assertThat(task.get("normalised")).isEqualTo(expected.normalised());
                assertThat(html).contains("<strong>" + Numbers.accuracy(expected.accuracy()) + "</strong>");
                assertThat(html).contains(Numbers.accuracy(expected.normalised()) + " of expert");
            }
        }
        // 6 against the baseline, 6 against the experts, 15 pairs.
        assertThat((List<?>) json.get("comparisons")).hasSize(27);
    }

    @Test
    void drawsADotPerModelTaskAndAverage() throws Exception {
        String html = HtmlReport.of(SampleEvaluations.of(3));

        assertThat(html.split("class=\"at\"", -1)).hasSize(1 + 4 * 7);
        assertThat(html)
                .contains("<title>share of the expert&#39;s accuracy, trec6: base 69.4%".replace("&#39;", "\u2019"));
    }

    @Test
    void saysWhichGatesWereMissed() throws Exception {
        assertThat(HtmlReport.of(SampleEvaluations.of(1))).contains("All gates passed");
        assertThat(HtmlReport.of(SampleEvaluations.of(6)))
                .contains("A gate was missed")
                .contains("negated: task subj drops by ");
    }

    @Test
    void makesACollapsedClassifierVisible() throws Exception {
        String html = page(tiny("m", "t", "swallower"));

        assertThat(html)
                .contains("1 warning")
                .contains("m answers swallower to 4 of 4 items of task t, of which 1 are labelled so")
                .contains("<h2>Collapsed classifiers</h2>")
                .contains("Confusion matrix");
        assertThat(HtmlReport.of(SampleEvaluations.of(1))).doesNotContain("Collapsed classifiers");
    }

    @Test
    void keepsMarkupOfNamesOut() throws Exception {
        String evil = "<script>alert(1)</script>\u202e\"'&";
        String html = page(tiny(evil, evil, evil));

        assertThat(html).doesNotContain("<script").doesNotContain("\u202e");
        assertThat(html).contains("&lt;script&gt;");
    }

    @Test
    void loadsNothingFromAnywhere() throws Exception {
        assertThat(HtmlReport.of(SampleEvaluations.of(6)))
                .doesNotContain("http:", "https:", "src=", "@import", "url(", "<script");
    }

    @Test
    void leavesLargeMatricesOut() throws Exception {
        Map<?, ?> json = (Map<?, ?>) StrictJson.parse(
                EvaluationJson.of(SampleEvaluations.of(1), name -> name).getBytes(StandardCharsets.UTF_8));
        Map<?, ?> model = (Map<?, ?>) ((List<?>) json.get("models")).getFirst();
        List<?> tasks = (List<?>) model.get("tasks");

        assertThat(((Map<?, ?>) tasks.getFirst()).get("confusion")).isInstanceOf(List.class);
        assertThat(((Map<?, ?>) tasks.getLast()).get("confusion")).isNull();
        assertThat((List<?>) ((Map<?, ?>) tasks.getLast()).get("predictedCounts"))
                .hasSize(77);
    }

    @Test
    void writesTheSameBytesForTheSameAnswers() throws Exception {
        assertThat(HtmlReport.of(SampleEvaluations.of(2))).isEqualTo(HtmlReport.of(SampleEvaluations.of(2)));
    }

    @Test
    void addsItselfToTheReportOfAMerge() throws Exception {
        MergeReport merge = SampleReports.encoder(List.of("a", "b"), 1, List.of());
        MergeReport evaluated = merge.withEvaluation(tiny("m", "t", "swallower"));

        assertThat(HtmlReport.of(merge)).doesNotContain("<h2>Accuracy</h2>");
        assertThat(HtmlReport.of(evaluated)).contains("<h2>Accuracy</h2>");
        assertThat(JsonReport.of(evaluated)).contains("\"evaluation\": {");
        assertThat(evaluated.warnings()).anyMatch(warning -> warning.contains("swallower"));
    }
}
