package org.modelmerge.routing;

import java.util.List;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.error.Printable;
import org.modelmerge.task.Task;
import org.modelmerge.task.TaskFile;

/// Which expert of a Twin folder belongs to which task of a task file.
public final class TaskMatch {
    private TaskMatch() {}

    /// The expert of each task: by name if every task's name is an expert's, else by position, as in a merge.
    ///
    /// @param experts the names of the Twin folder's tasks
    /// @return `[tasks of the file]`
    /// @throws MergeException `MISMATCH` if names differ and there are not as many tasks as experts
    public static int[] experts(List<String> experts, TaskFile file) throws MergeException {
        List<String> tasks = file.tasks().stream().map(Task::name).toList();
        int[] match = new int[tasks.size()];
        if (experts.containsAll(tasks)) {
            for (int i = 0; i < match.length; i++) {
                match[i] = experts.indexOf(tasks.get(i));
            }
            return match;
        }
        if (tasks.size() != experts.size()) {
            throw MergeException.of(
                    ErrorCode.MISMATCH,
                    "the tasks of the file are not those of the experts (got " + names(tasks) + ", expected "
                            + names(experts) + ")");
        }
        for (int i = 0; i < match.length; i++) {
            match[i] = i;
        }
        return match;
    }

    private static String names(List<String> names) {
        return names.size() + ": " + Printable.text(String.join(", ", names));
    }
}
