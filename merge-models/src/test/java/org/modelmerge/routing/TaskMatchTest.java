package org.modelmerge.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.task.ModelSettings;
import org.modelmerge.task.Pooling;
import org.modelmerge.task.Rows;
import org.modelmerge.task.Task;
import org.modelmerge.task.TaskData;
import org.modelmerge.task.TaskFile;

final class TaskMatchTest {
    private static final List<String> EXPERTS = List.of("a", "b", "c");

    @Test
    void findsExpertsByName() throws MergeException {
        assertThat(TaskMatch.experts(EXPERTS, file("c", "a"))).containsExactly(2, 0);
    }

    @Test
    void takesThePositionIfNamesDiffer() throws MergeException {
        assertThat(TaskMatch.experts(EXPERTS, file("x", "b", "a"))).containsExactly(0, 1, 2);
    }

    @Test
    void refusesOtherTasksOfAnotherNumber() {
        assertThatThrownBy(() -> TaskMatch.experts(EXPERTS, file("a", "x")))
                .isInstanceOfSatisfying(MergeException.class, fault -> {
                    assertThat(fault.code()).isEqualTo(ErrorCode.MISMATCH);
                    assertThat(fault)
                            .hasMessage("the tasks of the file are not those of the experts (got 2: a, x, expected 3:"
                                    + " a, b, c)");
                });
    }

    private static TaskFile file(String... names) {
        TaskData data = new TaskData.Text(Path.of("x.tsv"), "text", null, Rows.ALL);
        List<Task> tasks = new ArrayList<>();
        for (String name : names) {
            tasks.add(new Task(name, null, List.of(), data, null, data, null));
        }
        return new TaskFile(new ModelSettings("bert", Pooling.MEAN, 8, null, null), tasks);
    }
}
