package org.modelmerge.network;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.error.Printable;
import org.modelmerge.network.NetworkAnswers.RunOptions;
import org.modelmerge.routing.FeatureRule;
import org.modelmerge.routing.Router;
import org.modelmerge.routing.RoutingGroups;
import org.modelmerge.routing.StoredRouter;
import org.modelmerge.task.Pooling;
import org.modelmerge.twin.TwinFolder;
import org.modelmerge.twin.TwinManifest;

/// A Twin folder as networks: the shared expert, and the exclusive experts in any mixture.
///
/// ```java
/// RunOptions options = RunOptions.DEFAULT;
/// try (TwinFolder folder = TwinFolder.open(path);
///         TwinNetwork twin = TwinNetwork.open(folder, Architectures.named("bert"), settings, null, options)) {
///     List<Routed> routed = twin.routed(batches, RouterFiles.read(folder), TwinNetwork.UNKNOWN);
/// }
/// ```
///
/// Factors are kept as factors: memory is one network and what the folder stores. For one thread at a time.
public final class TwinNetwork implements AutoCloseable {
    /// Stands for the true task where nobody knows it.
    public static final int UNKNOWN = -1;

    private final Network shared;
    private final Blueprint routerForm;
    private final RoutedParts parts;
    private final List<String> tasks;

    /// What routing makes of a batch.
    ///
    /// @param features `[items][d]`
    /// @param shares `[items][n]`, the shares of the exclusive experts
    public record Routed(float[][] features, float[][] shares) {}

    private TwinNetwork(Network shared, Blueprint routerForm, RoutedParts parts, List<String> tasks) {
        this.shared = shared;
        this.routerForm = routerForm;
        this.parts = parts;
        this.tasks = List.copyOf(tasks);
    }

    /// Reads the shared expert and the exclusive experts; starts libtorch if it does not run yet.
    ///
    /// @param settings without a configuration, that of the folder or of the frozen checkpoint counts
    /// @param frozen a checkpoint that fills tensors which the shared expert lacks, or null
    /// @param options threads and listener count; batches are made by the caller
    /// @throws MergeException `UNSUPPORTED_FORMAT` if the folder is one of adapters, and as [Network#open] and
    ///     reading the folder do
    public static TwinNetwork open(
            TwinFolder folder,
            Architecture architecture,
            NetworkSettings settings,
            @Nullable Path frozen,
            RunOptions options)
            throws MergeException {
        requireWholeModels(folder);
        try (CheckpointWeights weights =
                CheckpointWeights.open(folder.path().resolve(TwinManifest.SHARED_FILE), frozen)) {
            NetworkSettings complete = new NetworkSettings(
                    settings.pooling(), settings.maxLength(), config(folder, settings.config(), weights));
            Blueprint routerForm = architecture.blueprint(
                    new TensorShapes(weights.shapes()),
                    new NetworkSettings(Pooling.MEAN, complete.maxLength(), complete.config()));
            Network shared = Network.open(architecture, weights, complete, options.threads(), options.listener());
            try {
                RoutedParts parts = RoutedParts.read(
                        shared.manager(), folder, shared.blueprint().tensors().keySet());
                return new TwinNetwork(shared, routerForm, parts, folder.tasks());
            } catch (MergeException | RuntimeException | Error e) {
                shared.close();
                throw e;
            }
        }
    }

    private static void requireWholeModels(TwinFolder folder) throws MergeException {
        if (folder.manifest().isOfAdapters()) {
            throw MergeException.of(
                            ErrorCode.UNSUPPORTED_FORMAT,
                            "the factors of adapters are no network (got --adapters separate, expected product)")
                    .inFile(folder.path().toString())
                    .withHint("extract with --adapters product; or compose adapters for given weights, and fold each"
                            + " with merge --method average BASE ADAPTER");
        }
    }

    private static ModelConfig config(TwinFolder folder, ModelConfig given, CheckpointWeights weights)
            throws MergeException {
        if (!given.members().isEmpty()) {
            return given;
        }
        ModelConfig own = ModelConfig.ofFolder(folder.path());
        return own.members().isEmpty() ? weights.config() : own;
    }

    /// The shared expert alone.
    public Network shared() {
        return shared;
    }

    /// The experts' tasks.
    public List<String> tasks() {
        return tasks;
    }

    /// What a router of this network reads.
    public FeatureRule featureRule() {
        return routerForm.vocabularySize() > 0 ? FeatureRule.MEAN_OF_TOKENS : FeatureRule.HEAD_INPUT;
    }

    /// The features that a router reads, of the shared expert.
    ///
    /// @return `[items][d]` for each batch
    public List<float[][]> routerFeatures(List<? extends Batch> batches) throws MergeException {
        return shared.sideBySide(batches, this::routerFeatures);
    }

    private float[][] routerFeatures(Batch batch) throws MergeException {
        return shared.compute(routerForm, batch, _ -> shared.tensors());
    }

    /// The shares that a router gives to the items of batches.
    ///
    /// @return `[items][n]` for each batch
    public List<float[][]> shares(List<? extends Batch> batches, StoredRouter router) throws MergeException {
        requireFits(router);
        return shared.sideBySide(batches, batch -> shares(batch, router.router()));
    }

    private float[][] shares(Batch batch, Router router) throws MergeException {
        float[][] features = routerFeatures(batch);
        float[][] shares = new float[features.length][];
        for (int i = 0; i < shares.length; i++) {
            shares[i] = router.weights(features[i]);
        }
        return shares;
    }

    private void requireFits(StoredRouter router) throws MergeException {
        int d = routerForm.featureCount();
        if (router.router().shape().featureCount() != d || router.card().features() != featureRule()) {
            throw MergeException.of(
                    ErrorCode.MISMATCH,
                    "the router reads other features (got "
                            + router.router().shape().featureCount() + ", "
                            + router.card().features().word() + "; expected " + d + ", "
                            + featureRule().word() + ")");
        }
    }

    /// Routes batches: shares by the router, then features of the experts in these shares, without composing a model.
    ///
    /// @param trueTask the task of all items for tensors that are not routed, or [#UNKNOWN]
    /// @throws MergeException `MISMATCH` if the router does not fit, or the true task is needed and not known
    public List<Routed> routed(List<? extends Batch> batches, StoredRouter router, int trueTask) throws MergeException {
        requireFits(router);
        float[] oracle = oracle(trueTask);
        return shared.sideBySide(batches, batch -> {
            float[][] shares = shares(batch, router.router());
            return new Routed(mixed(batch, shares, oracle), shares);
        });
    }

    /// Features of the items of a batch, each with its own shares of the experts, without composing a model.
    ///
    /// @param shares `[items][n]`, any numbers
    /// @param trueTask the task of all items for tensors that are not routed, or [#UNKNOWN]
    /// @return `[items][d]`
    public float[][] mixed(Batch batch, float[][] shares, int trueTask) throws MergeException {
        float[] oracle = oracle(trueTask);
        return shared.sideBySide(List.of(batch), one -> mixed(one, shares, oracle))
                .getFirst();
    }

    private float[][] mixed(Batch batch, float[][] shares, float[] oracle) throws MergeException {
        float[][] same = new float[shares.length][];
        Arrays.fill(same, oracle);
        return shared.compute(
                shared.blueprint(), batch, memory -> new RoutedTensors(shared.tensors(), parts, memory, shares, same));
    }

    /// Features of batches by one model that is composed for all of them.
    ///
    /// @param weights `[n]`, any numbers
    /// @param trueTask the task of all items for tensors that are not routed, or [#UNKNOWN]
    /// @return `[items][d]` for each batch
    public List<float[][]> composed(List<? extends Batch> batches, float[] weights, int trueTask)
            throws MergeException {
        float[] oracle = oracle(trueTask);
        try (ComposedTensors model = new ComposedTensors(
                shared.manager(),
                shared.tensors(),
                parts,
                shared.blueprint().tensors().keySet(),
                weights,
                oracle)) {
            return shared.sideBySide(batches, batch -> shared.compute(shared.blueprint(), batch, _ -> model));
        }
    }

    /// Routes batches in groups: items of close shares are served by one composed model.
    ///
    /// @param radius of a group, see [RoutingGroups]
    /// @param batchSize items that are computed in one go
    /// @param trueTask the task of all items for tensors that are not routed, or [#UNKNOWN]
    /// @return for each batch its features, and the shares that its groups were served with
    public List<Routed> grouped(
            List<? extends Batch> batches, StoredRouter router, double radius, int batchSize, int trueTask)
            throws MergeException {
        List<float[]> all = new ArrayList<>();
        shares(batches, router).forEach(batch -> all.addAll(Arrays.asList(batch)));
        List<Batch.Item> items = new ArrayList<>();
        for (Batch batch : batches) {
            for (int i = 0; i < batch.count(); i++) {
                items.add(new Batch.Item(batch, i));
            }
        }
        RoutingGroups groups = RoutingGroups.of(all.toArray(float[][]::new), radius);
        float[][] features = new float[items.size()][];
        float[][] served = new float[items.size()][];
        for (int g = 0; g < groups.members().size(); g++) {
            int[] members = groups.members().get(g);
            float[] weights = groups.weights().get(g);
            List<Batch> own = new ArrayList<>();
            for (int from = 0; from < members.length; from += batchSize) {
                own.add(Batch.of(Arrays.stream(members, from, Math.min(members.length, from + batchSize))
                        .mapToObj(items::get)
                        .toList()));
            }
            int next = 0;
            for (float[][] batch : composed(own, weights, trueTask)) {
                for (float[] row : batch) {
                    served[members[next]] = weights;
                    features[members[next++]] = row;
                }
            }
        }
        return inBatches(batches, features, served);
    }

    private static List<Routed> inBatches(List<? extends Batch> batches, float[][] features, float[][] served) {
        List<Routed> routed = new ArrayList<>();
        int from = 0;
        for (Batch batch : batches) {
            int to = from + batch.count();
            routed.add(new Routed(Arrays.copyOfRange(features, from, to), Arrays.copyOfRange(served, from, to)));
            from = to;
        }
        return routed;
    }

    /// 1 at the true task.
    private float[] oracle(int trueTask) throws MergeException {
        if (trueTask == UNKNOWN && parts.hasOracleTensors()) {
            throw MergeException.of(
                            ErrorCode.MISMATCH,
                            "biases of this Twin folder are the true task's, which is not known here (got biases"
                                    + " oracle, expected routed or shared; tasks: "
                                    + Printable.text(String.join(", ", tasks)) + ")")
                    .withHint("extract with --biases routed");
        }
        float[] oracle = new float[tasks.size()];
        if (trueTask != UNKNOWN) {
            oracle[trueTask] = 1;
        }
        return oracle;
    }

    @Override
    public void close() {
        parts.close();
        shared.close();
    }
}
