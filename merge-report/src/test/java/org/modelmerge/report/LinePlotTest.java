package org.modelmerge.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// The plot is 720 x 240; its area goes from x 44 to 712 and from y 8 (the top of the scale) to 214.
final class LinePlotTest {
    private static String written(LinePlot plot, int mark) {
        Html html = new Html();
        plot.write(html, "entropy", mark);
        return html.toString();
    }

    private static String writtenWith(LinePlot plot, double... points) {
        plot.add("a", points);
        return written(plot, 0);
    }

    /// The numbers beside the scale, from the bottom.
    private static List<String> scale(String page) {
        return Pattern.compile("class=\"tick end\"[^>]*>([^<]*)<")
                .matcher(page)
                .results()
                .map(found -> found.group(1))
                .toList();
    }

    private static String line(String page) {
        return Pattern.compile("points=\"([^\"]*)\"")
                .matcher(page)
                .results()
                .map((MatchResult found) -> found.group(1))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void drawsValuesOverStepsFromZero() {
        String page = writtenWith(LinePlot.fromZero(), 1, 0.5, 0);

        assertThat(scale(page)).containsExactly("0", "0.25", "0.5", "0.75", "1");
        assertThat(line(page)).isEqualTo("44.0,8.0 378.0,111.0 712.0,214.0");
    }

    @Test
    void endsTheScaleAtANumberWithShortQuarters() {
        assertThat(scale(writtenWith(LinePlot.fromZero(), 0.35))).containsExactly("0", "0.1", "0.2", "0.3", "0.4");
        assertThat(scale(writtenWith(LinePlot.fromZero(), 24))).containsExactly("0", "7.5", "15", "22.5", "30");
    }

    @Test
    void drawsNegativeValuesBelowZero() {
        String page = writtenWith(LinePlot.fromZero(), 1, -1);

        assertThat(scale(page)).containsExactly("-1", "-0.5", "0", "0.5", "1");
        assertThat(line(page)).isEqualTo("44.0,8.0 712.0,214.0");
        assertThat(scale(writtenWith(LinePlot.fromZero(), -1, -2)))
                .startsWith("-2")
                .endsWith("0");
    }

    @Test
    void drawsValuesFromTheLeastToTheLargest() {
        String page = writtenWith(LinePlot.ofRange(), 0.8, 0.9);

        assertThat(scale(page)).startsWith("0.8").endsWith("0.9");
        assertThat(line(page)).isEqualTo("44.0,214.0 712.0,8.0");
    }

    @Test
    void drawsEqualValuesInTheMiddle() {
        assertThat(line(writtenWith(LinePlot.ofRange(), 3, 3))).isEqualTo("44.0,111.0 712.0,111.0");
    }

    @Test
    void drawsOneStepInTheMiddle() {
        assertThat(line(writtenWith(LinePlot.fromZero(), 1))).isEqualTo("378.0,8.0");
    }

    @Test
    void leavesOutWhatIsNoNumber() {
        String page = writtenWith(LinePlot.fromZero(), Double.NaN, 1, Double.NaN);

        assertThat(line(page)).isEqualTo("378.0,8.0");
        assertThat(page).contains("<title>entropy: a 1.000 to 1.000</title>");
    }

    @Test
    void drawsNoMorePointsThanPixelsAndAlwaysTheLast() {
        double[] points = new double[1801];
        Arrays.fill(points, 0.25);
        points[1800] = 1;

        String line = line(writtenWith(LinePlot.fromZero(), points));

        assertThat(line.split(" ")).hasSize(601);
        assertThat(line).startsWith("44.0,162.5 ").endsWith(" 712.0,8.0");
    }

    @Test
    void namesEachSeriesInTheLegendAndTellsItsEnds() {
        LinePlot plot = LinePlot.fromZero();
        plot.add("<one>", new double[] {0.4, 0.2});
        plot.add("two", new double[] {0.1, 0.3});

        assertThat(written(plot, 0))
                .contains("<bdi>&lt;one&gt;</bdi>", "<bdi>two</bdi>", "curve s0", "curve s1")
                .contains("<title>entropy: &lt;one&gt; 0.4000 to 0.2000, two 0.1000 to 0.3000</title>")
                .doesNotContain("mark-line");
    }

    @Test
    void marksAStep() {
        LinePlot plot = LinePlot.fromZero();
        plot.add("a", new double[] {0.4, 0.2, 0.1});

        assertThat(written(plot, 2)).contains("class=\"mark-line\" x1=\"378.0\" y1=\"8.0\" x2=\"378.0\" y2=\"214.0\"");
    }
}
