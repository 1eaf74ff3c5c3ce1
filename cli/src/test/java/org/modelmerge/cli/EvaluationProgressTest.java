package org.modelmerge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.modelmerge.error.MergeException;
import org.modelmerge.task.Rows;
import org.modelmerge.task.Task;
import org.modelmerge.task.TaskData;

final class EvaluationProgressTest {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PrintStream err = new PrintStream(bytes, false, StandardCharsets.UTF_8);
    private final List<Task> tasks = List.of(task("sst2"), task("trec6"));
    private long now;

    private static Task task(String name) {
        TaskData test = new TaskData.Text(Path.of("x.tsv"), "text", "label", Rows.ALL);
        return new Task(name, null, List.of(), test, null, test.unlabelled(), null);
    }

    private EvaluationProgress progress(String... words) throws MergeException {
        Console console = new Console(Path.of(""), err, err, () -> false, Map.of(), Cli.NO_NETWORKS);
        CommonOptions options = new CommonOptions();
        options.verbose = List.of(words).contains("-v");
        return new EvaluationProgress(options.talk(console), tasks, new StatusLine(err), () -> now);
    }

    private String drawn() {
        String text = bytes.toString(StandardCharsets.UTF_8);
        bytes.reset();
        return text;
    }

    @Test
    void showsItemsAndRateOfTheFirstModel() throws MergeException {
        EvaluationProgress progress = progress();
        progress.begins("base", tasks.get(1));
        assertThat(drawn()).isEqualTo("\rbase on trec6 (task 2/2)");

        now = TimeUnit.SECONDS.toNanos(2);
        progress.computed(64);

        assertThat(drawn()).isEqualTo("\rbase on trec6 (task 2/2)  64 items  32.0 items/s");
    }

    @Test
    void showsPercentAndTimeLeftOnceATaskHasBeenCounted() throws MergeException {
        EvaluationProgress progress = progress();
        progress.begins("base", tasks.get(0));
        progress.computed(200);
        progress.begins("ties", tasks.get(0));
        drawn();

        now += TimeUnit.SECONDS.toNanos(1);
        progress.computed(50);

        assertThat(drawn())
                .isEqualTo("\rties on sst2 (task 1/2)  50 items  25%  50.0 items/s  3.00 s left in this task");
    }

    @Test
    void drawsAtMostTenTimesASecond() throws MergeException {
        EvaluationProgress progress = progress();
        progress.begins("base", tasks.get(0));
        drawn();

        for (int k = 0; k < 1000; k++) {
            now += TimeUnit.MILLISECONDS.toNanos(1);
            progress.computed(1);
        }

        assertThat(drawn().chars().filter(c -> c == '\r').count()).isEqualTo(10);
    }

    @Test
    void leavesNoRestOfTheLineBeforeAVerboseOne() throws MergeException {
        EvaluationProgress progress = progress("-v");
        progress.begins("base", tasks.get(0));
        int width = "base on sst2 (task 1/2)".length();
        drawn();

        progress.begins("base", tasks.get(1));

        assertThat(drawn()).startsWith("\r" + " ".repeat(width) + "\rrunning  base on trec6\n\rbase on trec6");
    }

    @Test
    void wipesTheLineAtTheEndOnce() throws MergeException {
        EvaluationProgress progress = progress();
        progress.begins("base", tasks.get(0));
        int width = drawn().length() - 1;

        progress.end();
        progress.end();

        assertThat(drawn()).isEqualTo("\r" + " ".repeat(width) + "\r");
    }
}
