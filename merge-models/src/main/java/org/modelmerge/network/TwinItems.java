package org.modelmerge.network;

import org.jspecify.annotations.Nullable;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.error.Printable;
import org.modelmerge.network.NetworkAnswers.RunOptions;
import org.modelmerge.routing.RouterFiles;
import org.modelmerge.routing.StoredRouter;
import org.modelmerge.task.ModelSettings;
import org.modelmerge.task.TaskData;
import org.modelmerge.twin.TwinFolder;

/// An open Twin folder, its networks, and how items of a task file get into them.
///
/// ```java
/// try (TwinItems items = TwinItems.open(TwinFolder.open(path), file.model(), RunOptions.DEFAULT)) {
///     float[][] shares = items.shares(file.tasks().getFirst().test(), 100);
/// }
/// ```
public final class TwinItems implements AutoCloseable {
    private final TwinFolder folder;
    private final TwinNetwork network;
    private final TaskQuestions questions;
    private final String architecture;
    private @Nullable StoredRouter router;

    private TwinItems(TwinFolder folder, TwinNetwork network, TaskQuestions questions, String architecture) {
        this.folder = folder;
        this.network = network;
        this.questions = questions;
        this.architecture = architecture;
    }

    /// Reads the networks of a folder.
    ///
    /// @param folder closed by [#close()], or at once if this fails
    /// @throws MergeException as [TwinNetwork#open] and reading a task file's tokenizer do
    public static TwinItems open(TwinFolder folder, ModelSettings settings, RunOptions options) throws MergeException {
        try {
            TaskQuestions questions = new TaskQuestions(settings, options);
            TwinNetwork network = TwinNetwork.open(
                    folder,
                    questions.architecture(),
                    questions.networkSettings(ModelConfig.NONE),
                    settings.frozen(),
                    options);
            return new TwinItems(folder, network, questions, settings.architecture());
        } catch (MergeException | RuntimeException | Error e) {
            folder.close();
            throw e;
        }
    }

    /// The folder.
    public TwinFolder folder() {
        return folder;
    }

    /// Its networks.
    public TwinNetwork network() {
        return network;
    }

    TaskQuestions questions() {
        return questions;
    }

    /// The router of the folder, read when it is first asked for.
    ///
    /// @throws MergeException as [RouterFiles#read] does; `MISMATCH` if it is of another architecture
    public StoredRouter router() throws MergeException {
        StoredRouter read = router;
        if (read == null) {
            read = RouterFiles.read(folder);
            if (!read.card().architecture().equals(architecture)) {
                throw MergeException.of(
                                ErrorCode.MISMATCH,
                                "the router is of another architecture than the task file (got "
                                        + Printable.text(read.card().architecture()) + ", expected "
                                        + Printable.text(architecture) + ")")
                        .inFile(folder.path().resolve(RouterFiles.CARD).toString());
            }
            router = read;
        }
        return read;
    }

    /// What a router reads of items, labelled or not.
    ///
    /// @param most items to take, the first of the data
    /// @return `[items][d]`
    public float[][] routerFeatures(TaskData data, int most) throws MergeException {
        return questions.features(network::routerFeatures, network.shared().blueprint(), data, most);
    }

    /// The shares that the router gives to items, labelled or not.
    ///
    /// @param most items to take, the first of the data
    /// @return `[items][n]`
    public float[][] shares(TaskData data, int most) throws MergeException {
        StoredRouter stored = router();
        return questions.features(
                batches -> network.shares(batches, stored), network.shared().blueprint(), data, most);
    }

    @Override
    public void close() {
        questions.close();
        network.close();
        folder.close();
    }
}
