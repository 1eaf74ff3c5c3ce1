package org.modelmerge.evaluation;

import java.util.Locale;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.error.Printable;
import org.modelmerge.task.Task;
import org.modelmerge.task.TaskData;

/// Which part of a task's data.
public enum Split {
    /// What accuracy is measured on.
    TEST,
    /// What choices are made on.
    VALIDATION,
    /// What may be learned from without labels.
    UNLABELLED,
    /// What may be learned from.
    TRAIN;

    /// The split's key in a task file.
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// This part of a task's data.
    ///
    /// @throws MergeException `MALFORMED` if the task names none
    public TaskData of(Task task) throws MergeException {
        TaskData data =
                switch (this) {
                    case TEST -> task.test();
                    case VALIDATION -> task.validation();
                    case UNLABELLED -> task.unlabelled();
                    case TRAIN -> task.train();
                };
        if (data == null) {
            throw MergeException.of(
                    ErrorCode.MALFORMED, "task " + Printable.text(task.name()) + " names no data to use for " + key());
        }
        return data;
    }
}
