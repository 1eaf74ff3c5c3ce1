package org.modelmerge.evaluation;

import java.nio.file.Path;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.task.Task;

/// Runs a model on a task. One implementation runs networks; tests answer by a table.
public interface AnswerSource extends AutoCloseable {
    /// The answers of a model, item by item in the order of the data.
    ///
    /// @param model a checkpoint file, folder or index, or a Twin folder
    /// @param split not [Split#UNLABELLED]: answers without labels are neither right nor wrong
    /// @throws MergeException `MALFORMED` for broken data or an empty test set; `MISMATCH` or `MISSING_TENSOR`
    ///     where model, head and data do not fit; `CANCELLED` on interrupt; others as reading files gives them
    Answers answers(Path model, Task task, Split split) throws MergeException;

    /// The answers of a merged model without a file.
    ///
    /// @throws MergeException as for a file; `UNAVAILABLE` if this source reads files only
    default Answers answers(MergedModel model, Task task, Split split) throws MergeException {
        throw MergeException.of(ErrorCode.UNAVAILABLE, "answers come from files only here")
                .inFile(model.name());
    }

    /// Releases what the source holds.
    @Override
    void close();
}
