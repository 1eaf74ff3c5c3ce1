package org.modelmerge.engine;

import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.modelmerge.checkpoint.Checkpoint;
import org.modelmerge.checkpoint.StoredTensor;
import org.modelmerge.checkpoint.TensorInfo;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.error.Printable;

/// Says what a mismatch usually means for a language model, and what cures it.
final class ModelHints {
    private static final Pattern LAYER = Pattern.compile("(?:^|\\.)(?:layers?|h|blk|blocks?)\\.(\\d{1,6})\\.");
    private static final Pattern EMBEDDING = Pattern.compile(
            "embed_tokens|word_embeddings|tok_embeddings|\\bwte\\b|\\bshared\\.weight|lm_head|embed_out");
    private static final Pattern HEAD = Pattern.compile("lm_head|embed_out|\\boutput\\.weight$");

    private static final Pattern ADAPTER =
            Pattern.compile("(?:^|[._])lora_(?:A|B|down|up|embedding_A|embedding_B)(?:\\.|$)");

    private final Checkpoint base;
    private final int baseLayers;

    ModelHints(Checkpoint base) {
        this.base = base;
        this.baseLayers = layers(base);
    }

    /// Refuses a file of low-rank factors: they are no weights, and their names are not the base's.
    ///
    /// A whole model that carries its adapters along has `base_layer` weights and is taken as any other.
    static void refuseAdapter(Checkpoint model) throws MergeException {
        Set<String> names = model.tensors().keySet();
        List<String> factors =
                names.stream().filter(name -> ADAPTER.matcher(name).find()).toList();
        boolean mostly = 2 * factors.size() > names.size();
        if (mostly && names.stream().noneMatch(name -> name.contains("base_layer"))) {
            throw MergeException.of(
                            ErrorCode.UNSUPPORTED_FORMAT,
                            "this is a LoRA adapter, not a whole model (got " + names.size() + " tensors such as "
                                    + Printable.text(factors.getFirst()) + ", expected a checkpoint)")
                    .inFile(model.path())
                    .withHint("pass the adapter's folder, with its adapter_config.json, as an expert after its base");
        }
    }

    /// An expert lacks a tensor of the base.
    MergeException missing(Checkpoint expert, TensorInfo tensor) {
        String problem = "missing in this expert";
        String hint = "pass --allow-missing to copy it from the base";
        int theirs = layers(expert);
        if (theirs != baseLayers && layerOf(tensor.name()) >= 0) {
            problem += ", which has another number of layers (got " + theirs + ", expected " + baseLayers + ")";
            hint = "models of different depth have no common task vector: merge experts of this base";
        } else if (expert.tensors().keySet().stream().noneMatch(name -> base.tensor(name) != null)) {
            problem += ", which shares no tensor name with the base (first is "
                    + expert.tensors().keySet().stream()
                            .findFirst()
                            .map(Printable::text)
                            .orElse("none") + ")";
            hint = "check that both are checkpoints of the same architecture with the same name prefix";
        } else if (HEAD.matcher(tensor.name()).find()) {
            hint = "the expert seems to tie its output head to its embeddings: pass --allow-missing to keep the"
                    + " base's head";
        } else {
            problem += " (the base has it as " + tensor.dtype() + " " + tensor.shape() + ")";
        }
        return MergeException.of(ErrorCode.MISSING_TENSOR, problem)
                .inFile(expert.path())
                .atTensor(tensor.name())
                .withHint(hint);
    }

    /// A tensor has another shape than the base's.
    MergeException otherShape(StoredTensor theirs, TensorInfo ours) {
        TensorInfo got = theirs.info();
        String problem = "shape differs from the base (got " + got.shape() + ", expected " + ours.shape() + ")";
        String hint = "pass --exclude with a pattern for this name to copy the base's tensor";
        boolean onlyRows = got.shape().rank() == ours.shape().rank()
                && ours.shape().rank() == 2
                && got.shape().size(1) == ours.shape().size(1);
        if (onlyRows && EMBEDDING.matcher(ours.name()).find()) {
            problem = "another vocabulary size than the base (got " + got.shape() + ", expected " + ours.shape() + ")";
            hint = "resize the expert's embeddings to the base's vocabulary, or pass --exclude 'embed|lm_head' to keep"
                    + " the base's";
        }
        return MergeException.of(ErrorCode.MISMATCH, problem)
                .inFile(theirs.shard().name())
                .atTensor(ours.name())
                .withHint(hint);
    }

    /// Only an expert has a tensor.
    MergeException extra(StoredTensor theirs) {
        String name = theirs.info().name();
        String problem = "the base lacks this tensor (got " + theirs.info().dtype() + " "
                + theirs.info().shape() + ", expected no such name)";
        String hint = "pass --allow-extra to leave it out";
        int layer = layerOf(name);
        if (layer >= baseLayers && baseLayers > 0) {
            problem = "the base has fewer layers (got layer " + layer + ", expected " + baseLayers + " layers)";
            hint = "models of different depth have no common task vector: merge experts of this base";
        } else if (HEAD.matcher(name).find()) {
            hint = "the base seems to tie its output head to its embeddings: pass --allow-extra to leave the expert's"
                    + " head out";
        } else if (ADAPTER.matcher(name).find()) {
            hint = "the expert carries a LoRA adapter: merge it into the expert's weights first, for example with"
                    + " merge_and_unload of the peft library";
        }
        return MergeException.of(ErrorCode.EXTRA_TENSOR, problem)
                .inFile(theirs.shard().name())
                .atTensor(name)
                .withHint(hint);
    }

    private static int layers(Checkpoint model) {
        int layers = 0;
        for (String name : model.tensors().keySet()) {
            layers = Math.max(layers, layerOf(name) + 1);
        }
        return layers;
    }

    private static int layerOf(String name) {
        Matcher matcher = LAYER.matcher(name);
        return matcher.find() ? Integer.parseInt(matcher.group(1)) : -1;
    }
}
