package org.modelmerge.engine;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.modelmerge.checkpoint.Checkpoint;
import org.modelmerge.checkpoint.DType;
import org.modelmerge.checkpoint.StoredTensor;
import org.modelmerge.checkpoint.TensorInfo;
import org.modelmerge.engine.MergePlan.CopyReason;
import org.modelmerge.engine.TensorRule.Copy;
import org.modelmerge.engine.TensorRule.Merge;
import org.modelmerge.engine.TensorRule.Refuse;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.error.Printable;

/// Decides for every tensor what happens to it: merged, copied by a stated rule, dropped, or refused.
final class Alignment {
    private final MergeRequest request;
    private final Checkpoint base;
    private final List<Checkpoint> experts;
    private final ModelHints hints;
    private final Mismatches mismatches = new Mismatches();
    private final List<String> warnings = new ArrayList<>();
    private final Map<String, TensorRule> rules = new LinkedHashMap<>();
    private final Set<String> dropped = new LinkedHashSet<>();

    private Alignment(MergeRequest request, List<Checkpoint> models) {
        this.request = request;
        this.base = models.getFirst();
        this.experts = models.subList(1, models.size());
        this.hints = new ModelHints(base);
    }

    /// Aligns by name; nothing is thrown yet for tensors that do not fit.
    ///
    /// @param models base first
    /// @throws MergeException `USAGE` for a pattern that matches nothing
    static Alignment of(MergeRequest request, List<Checkpoint> models) throws MergeException {
        Alignment alignment = new Alignment(request, models);
        request.scope().requireMatches(names(models));
        for (StoredTensor tensor : alignment.base.tensors().values()) {
            alignment.rules.put(tensor.info().name(), alignment.rule(tensor.info()));
        }
        // What an expert lacks or has in another form comes first: it tells more than what is left over.
        alignment.rules.forEach((name, rule) -> {
            if (rule instanceof Refuse(List<MergeException> reasons)) {
                reasons.forEach(alignment.mismatches::add);
            }
        });
        for (Checkpoint expert : alignment.experts) {
            alignment.alignExtra(expert);
        }
        return alignment;
    }

    private static Set<String> names(List<Checkpoint> models) {
        Set<String> names = new HashSet<>();
        models.forEach(model -> names.addAll(model.tensors().keySet()));
        return names;
    }

    /// The rule of each base tensor, in the order of the base's data.
    Map<String, TensorRule> rules() {
        return rules;
    }

    /// Tensors that only experts have and that are left out.
    List<String> dropped() {
        return List.copyOf(dropped);
    }

    Mismatches mismatches() {
        return mismatches;
    }

    List<String> warnings() {
        return warnings;
    }

    private TensorRule rule(TensorInfo tensor) {
        boolean inScope = request.scope().contains(tensor.name());
        return switch (tensor.dtype().kind()) {
            case FLOAT -> inScope ? mergeRule(tensor) : new Copy(CopyReason.OUT_OF_SCOPE);
            case NARROW_FLOAT, COMPLEX -> inScope ? narrowRule(tensor) : new Copy(CopyReason.OUT_OF_SCOPE);
            case INTEGER, BOOL -> integerRule(tensor, inScope);
        };
    }

    private TensorRule mergeRule(TensorInfo tensor) {
        List<MergeException> reasons = new ArrayList<>();
        boolean missing = false;
        for (Checkpoint expert : experts) {
            StoredTensor theirs = expert.tensor(tensor.name());
            if (theirs == null) {
                missing = true;
                if (!request.allowed().missing()) {
                    reasons.add(hints.missing(expert, tensor));
                }
            } else if (!theirs.info().shape().equals(tensor.shape())) {
                reasons.add(hints.otherShape(theirs, tensor));
            } else if (!theirs.info().dtype().isFloat()) {
                reasons.add(kindMismatch(theirs, tensor));
            }
        }
        if (!reasons.isEmpty()) {
            return new Refuse(reasons);
        }
        return missing ? new Copy(CopyReason.MISSING_IN_EXPERT) : new Merge();
    }

    /// Narrow floats are copied where they are equal; whether they are shows when values are read.
    private TensorRule narrowRule(TensorInfo tensor) {
        List<MergeException> reasons = new ArrayList<>();
        for (Checkpoint expert : experts) {
            StoredTensor theirs = expert.tensor(tensor.name());
            if (theirs == null) {
                if (!request.allowed().missing()) {
                    reasons.add(hints.missing(expert, tensor));
                }
            } else if (!theirs.info().shape().equals(tensor.shape())) {
                reasons.add(hints.otherShape(theirs, tensor));
            } else if (theirs.info().dtype() != tensor.dtype()) {
                reasons.add(kindMismatch(theirs, tensor));
            }
        }
        return reasons.isEmpty() ? new Copy(CopyReason.UNSUPPORTED_DTYPE) : new Refuse(reasons);
    }

    private TensorRule integerRule(TensorInfo tensor, boolean inScope) {
        if (!inScope) {
            return new Copy(CopyReason.OUT_OF_SCOPE);
        }
        List<MergeException> reasons = new ArrayList<>();
        for (Checkpoint expert : experts) {
            StoredTensor theirs = expert.tensor(tensor.name());
            if (theirs == null) {
                continue;
            }
            DType.Kind kind = theirs.info().dtype().kind();
            if (kind != DType.Kind.INTEGER && kind != DType.Kind.BOOL) {
                reasons.add(kindMismatch(theirs, tensor));
            } else if (!sameForm(theirs.info(), tensor)) {
                warnings.add(Printable.text(theirs.shard().name()) + ": " + Printable.text(tensor.name())
                        + ": differs from the base, whose values are copied (got " + form(theirs.info())
                        + ", base has " + form(tensor) + ")");
            }
        }
        return reasons.isEmpty() ? new Copy(CopyReason.INTEGER) : new Refuse(reasons);
    }

    private void alignExtra(Checkpoint expert) {
        for (StoredTensor theirs : expert.tensors().values()) {
            String name = theirs.info().name();
            if (base.tensor(name) == null) {
                if (request.allowed().extra()) {
                    dropped.add(name);
                } else {
                    mismatches.add(hints.extra(theirs));
                }
            }
        }
    }

    /// Whether values of this expert's tensor are compared with the base's before it is copied.
    static boolean isComparable(@Nullable StoredTensor theirs, TensorInfo tensor) {
        return theirs != null && sameForm(theirs.info(), tensor);
    }

    private static boolean sameForm(TensorInfo theirs, TensorInfo ours) {
        return theirs.dtype() == ours.dtype() && theirs.shape().equals(ours.shape());
    }

    private static String form(TensorInfo tensor) {
        return tensor.dtype() + " " + tensor.shape();
    }

    private static MergeException kindMismatch(StoredTensor theirs, TensorInfo ours) {
        boolean arithmetic = ours.dtype().isFloat();
        return MergeException.of(
                        arithmetic || theirs.info().dtype().isFloat()
                                ? ErrorCode.MISMATCH
                                : ErrorCode.UNSUPPORTED_DTYPE,
                        "dtype cannot be merged with the base's (got "
                                + theirs.info().dtype() + ", expected "
                                + (arithmetic
                                        ? "F64, F32, F16 or BF16"
                                        : ours.dtype().name()) + ")")
                .inFile(theirs.shard().name())
                .atTensor(ours.name())
                .withHint("pass --exclude with a pattern for this name to copy the base's tensor");
    }
}
