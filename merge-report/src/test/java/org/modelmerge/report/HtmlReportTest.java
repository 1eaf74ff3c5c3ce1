package org.modelmerge.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.modelmerge.engine.MergePlan.CopyReason;

class HtmlReportTest {
    private static final String TINY = HtmlReport.of(TinyMerge.report());
    private static final String BERT =
            HtmlReport.of(SampleReports.encoder(List.of("rte", "mrpc", "cola"), 10, List.of()));

    @Test
    void saysWhatWasMergedAndHow() {
        assertThat(text(TINY))
                .contains("Task Arithmetic of a and b on the base base.")
                .contains("Task Arithmetic. Adds scaled task vectors to the base.")
                .contains("out = base + sum_i lambda * tau_i")
                .contains("Ilharco et al., Editing Models, 2023. arXiv:2212.04089. Follows the code of"
                        + " mlfoundations/task_vectors.")
                .contains("lambda 0.5")
                .contains("allow-extra true");
    }

    @Test
    void countsElementsTensorsAndBytes() {
        assertThat(text(TINY))
                .contains("elements merged (D) 2")
                .contains("tensors merged 1")
                .contains("copied 1")
                .contains("dropped 1")
                .contains("bytes read 96 B")
                .contains("bytes written 160 B");
    }

    @Test
    void shortensTheHeaderHashAndKeepsTheWholeInItsTitle() {
        assertThat(TINY).contains("<code title=\"" + TinyMerge.OTHER_HEX + "\">0101010101010101\u2026</code>");
    }

    @Test
    void showsWholeHashesOfInputsOnlyWhenTheyWereTaken() {
        MergeReport hashed = MergeReport.of(
                TinyMerge.plan(),
                TinyMerge.result(Map.of(), List.of(Map.of("m.safetensors", TinyMerge.HEX), Map.of(), Map.of()), null),
                TinyMerge.entry(),
                "out");

        assertThat(HtmlReport.of(hashed))
                .contains("SHA-256 of the whole files")
                .contains("m.safetensors")
                .contains(TinyMerge.HEX);
        assertThat(TINY).doesNotContain("SHA-256 of the whole files");
    }

    @Test
    void listsOutputFilesWithTheirHashes() {
        assertThat(text(TINY)).contains("out.safetensors " + TinyMerge.HEX);
    }

    @Test
    void showsEachTasksNormsCosineAndShare() {
        assertThat(text(TINY))
                .contains("a 1.000 20.0\u00a0% 1.000 100\u00a0%")
                .contains("b 0 0\u00a0% \u2013 0\u00a0%")
                .contains("moved the weights by 10.0\u00a0% of |base| and changed 100\u00a0% of the merged elements")
                .contains("agree on its sign in 50.0\u00a0% of the touched elements");
    }

    @Test
    void writesEveryCosineAsANumberWithItsTint() {
        MergeReport report = SampleReports.encoder(List.of("a", "b"), 1, List.of());
        double cosine = Objects.requireNonNull(report.statistics()).cosines()[0][1];

        assertThat(HtmlReport.of(report))
                .contains("<td class=\"self\">1.000</td>")
                .contains("<td class=\"" + (cosine < 0 ? "against" : "with") + "\" style=\"--t:100%\">"
                        + Numbers.cosine(cosine) + "</td>");
        assertThat(TINY).contains("<td class=\"none\">\u2013</td>");
    }

    @Test
    void saysWhenTheWeightsAreSampled() {
        String sampled = HtmlReport.of(SampleReports.encoder(List.of("a", "b", "c", "d", "e"), 1, List.of()));

        assertThat(sampled).contains("estimates from a fixed sample of 12.5\u00a0% of the elements");
        assertThat(BERT).doesNotContain("fixed sample");
    }

    @Test
    void leavesTheCosinesOfASingleExpertOut() {
        assertThat(HtmlReport.of(SampleReports.encoder(List.of("a"), 1, List.of())))
                .doesNotContain("class=\"matrix\"");
    }

    @Test
    void showsEachLayersChangeAndSignAgreement() {
        assertThat(text(TINY)).contains("w.0 2 10.0\u00a0%").contains("relative change: 10.0\u00a0% 50.0\u00a0%");
        assertThat(TINY)
                .contains("<title>sign agreement: 50.0\u00a0%</title>")
                .contains("<rect class=\"fill\" width=\"60.0\" height=\"8\"/>");
        assertThat(BERT.indexOf(">encoder.layer.2<")).isPositive().isLessThan(BERT.indexOf(">encoder.layer.9<"));
    }

    @Test
    void showsTheMostChangedTensors() {
        assertThat(text(TINY)).contains("w.0.weight [2] 10.0\u00a0%");
        assertThat(count(BERT, "class=\"shape\"")).isEqualTo(10);
    }

    @Test
    void putsWarningsBeforeEverythingElse() {
        assertThat(text(TINY)).contains("1 warning ids: 1 expert differs");
        assertThat(TINY.indexOf("ids: 1 expert differs")).isLessThan(TINY.indexOf("class=\"figures\""));
        assertThat(BERT).doesNotContain("class=\"warnings\"");
    }

    @Test
    void namesCopiedAndDroppedTensorsWithTheReason() {
        assertThat(text(TINY))
                .contains("1 tensor: integers and bools are never averaged ids")
                .contains("1 tensor: only experts have it extra");
    }

    @Test
    void collapsesLongListsAndCapsThem() {
        List<String> names =
                IntStream.range(0, 600).mapToObj(i -> "head." + i + ".w").toList();
        String html = HtmlReport.of(
                SampleReports.report(List.of("a"), List.of("w"), Map.of(CopyReason.OUT_OF_SCOPE, names), List.of()));

        assertThat(html)
                .contains("<details><summary>600 tensors: outside --include and --exclude</summary>")
                .contains(">head.499.w<")
                .doesNotContain(">head.500.w<")
                .contains("and 100 more, all named in the JSON report");
        assertThat(TINY).contains("<details open><summary>1 tensor:");
    }

    @Test
    void staysSmallForFiftyThousandTensors() {
        List<String> names = IntStream.range(0, 50_000)
                .mapToObj(i -> "experts." + i + ".weight")
                .toList();
        String html = HtmlReport.of(SampleReports.report(List.of("a", "b"), names, Map.of(), List.of()));

        assertThat(html)
                .contains("The first 200 of 50,000 layers.")
                .contains(">experts.199<")
                .doesNotContain(">experts.200<");
        assertThat(html.length()).isLessThan(200_000);
    }

    @Test
    void saysThatWeightsWereNotMeasured() {
        MergeReport report =
                MergeReport.of(TinyMerge.plan(), TinyMerge.result(Map.of(), List.of(), null), TinyMerge.entry(), "out");

        assertThat(HtmlReport.of(report))
                .contains("The weights were not measured.")
                .doesNotContain("Task vectors");
    }

    @Test
    void letsNoNameBecomeMarkup() {
        String html = HtmlReport.of(SampleReports.hostile());

        assertThat(html)
                .doesNotContain("<script")
                .doesNotContain("<b>head")
                .doesNotContain("<i>x")
                .doesNotContain("\u202e")
                .doesNotContain("\u0000")
                .contains("&lt;/title&gt;&lt;script&gt;alert(1)&lt;/script&gt;")
                .contains("<bdi>" + SampleReports.RTL_NAME + "</bdi>")
                .contains("<bdi>" + SampleReports.EMOJI_NAME + "</bdi>")
                .contains("<bdi>" + SampleReports.LONG_NAME + "</bdi>");
        assertThat(count(html, "</title>\n")).isEqualTo(1);
        assertThat(StandardCharsets.UTF_8.newEncoder().canEncode(html)).isTrue();
    }

    @Test
    void loadsNothing() {
        for (String html : List.of(TINY, BERT, HtmlReport.of(SampleReports.hostile()))) {
            assertThat(html).doesNotContain("<link", "<img", "<script", "<iframe", "url(", "@import", " src=");
        }
    }

    @Test
    void opensAndClosesEveryElement() {
        for (String html : List.of(TINY, BERT, HtmlReport.of(SampleReports.hostile()))) {
            for (String tag :
                    List.of("table", "tr", "td", "th", "section", "div", "svg", "bdi", "ul", "li", "p", "dl")) {
                assertThat(count(html, "<" + tag + ">") + count(html, "<" + tag + " "))
                        .as(tag)
                        .isEqualTo(count(html, "</" + tag + ">"));
            }
        }
    }

    @Test
    void givesEveryTableACaptionAndEveryHeaderAScope() {
        assertThat(count(BERT, "<caption>")).isEqualTo(count(BERT, "<table")).isPositive();
        assertThat(count(BERT, "<th ")).isEqualTo(count(BERT, " scope=\"")).isPositive();
        assertThat(count(BERT, "<th>")).isZero();
        assertThat(count(BERT, "<svg ")).isEqualTo(count(BERT, "<title>") - 1).isPositive();
    }

    @Test
    void followsTheReadersColoursScreenAndPrinter() {
        assertThat(TINY)
                .contains("@media (prefers-color-scheme: dark)")
                .contains("@media (max-width: 600px)")
                .contains("@media print")
                .contains("width=device-width");
    }

    @Test
    void answersACheckExpertByExpert() {
        String html = HtmlReport.of(CheckReport.of(TinyMerge.plan(), TinyMerge.result()));

        assertThat(text(html))
                .contains("Can be merged These models can be merged.")
                .contains("a F32 (1), I64 (1) likely the same base (cosine of weights 1.000000) none")
                .contains("b F32 (1), I64 (1) equal to the base none")
                .contains("elements to merge (D) 2")
                .doesNotContain("cos(\u03c4, merged)")
                .doesNotContain("Most changed tensors");
    }

    @Test
    void saysWhyModelsCannotBeMerged() {
        CheckReport refused = CheckReport.refused(
                "0.1.0",
                "1 tensor differs in shape",
                List.of(new CheckReport.Expert("a", "", "not measured", List.of("w: got [3], expected [2]"))));

        assertThat(text(HtmlReport.of(refused)))
                .contains("Cannot be merged These models cannot be merged: 1 tensor differs in shape")
                .contains("w: got [3], expected [2]")
                .doesNotContain("Task vectors");
    }

    /// What a reader sees: the body without tags, white space collapsed.
    private static String text(String html) {
        String body = html.substring(html.indexOf("<body>"));
        return Pattern.compile("<[^>]*>")
                .matcher(body)
                .replaceAll(match -> match.group().matches("</?(bdi|strong|cite|a|span)\\b.*") ? "" : " ")
                .replaceAll("[ \n]+", " ");
    }

    private static int count(String text, String part) {
        return text.split(Pattern.quote(part), -1).length - 1;
    }
}
