package org.modelmerge.lora;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.modelmerge.checkpoint.Checkpoint;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.error.Printable;

/// Names of the model that was trained, in terms of the base's.
///
/// Both may wrap the same network differently: `bert.encoder...` in a model with a head, `encoder...` in the bare one.
/// One prefix, added or taken off, must lead all changed weights to tensors of the base.
final class TensorNames {
    private final Set<String> base;
    private final String added;
    private final String removed;

    private TensorNames(Set<String> base, String added, String removed) {
        this.base = base;
        this.added = added;
        this.removed = removed;
    }

    /// Finds the prefix.
    ///
    /// @param wanted names that must lead to tensors of the base, at least one
    /// @throws MergeException `MISMATCH` if no prefix does it for all, or several do; names the tensor
    static TensorNames of(Checkpoint base, List<String> wanted) throws MergeException {
        Set<String> names = base.tensors().keySet();
        if (names.containsAll(wanted)) {
            return new TensorNames(names, "", "");
        }
        String first = wanted.getFirst();
        List<TensorNames> fitting = new ArrayList<>();
        for (String name : names) {
            if (name.endsWith("." + first)) {
                addIfFits(
                        fitting, new TensorNames(names, name.substring(0, name.length() - first.length()), ""), wanted);
            }
        }
        for (int dot = first.indexOf('.'); dot >= 0 && fitting.isEmpty(); dot = first.indexOf('.', dot + 1)) {
            addIfFits(fitting, new TensorNames(names, "", first.substring(0, dot + 1)), wanted);
        }
        if (fitting.size() > 1) {
            throw MergeException.of(
                            ErrorCode.MISMATCH,
                            "the base has several tensors that the adapter may mean (got prefixes "
                                    + Printable.text(fitting.get(0).added) + " and "
                                    + Printable.text(fitting.get(1).added) + ", expected one)")
                    .atTensor(first);
        }
        if (fitting.isEmpty()) {
            throw unknown(names, wanted);
        }
        return fitting.getFirst();
    }

    private static void addIfFits(List<TensorNames> fitting, TensorNames candidate, List<String> wanted) {
        if (wanted.stream().allMatch(name -> candidate.base.contains(candidate.moved(name)))) {
            fitting.add(candidate);
        }
    }

    private static MergeException unknown(Set<String> names, List<String> wanted) {
        List<String> absent =
                wanted.stream().filter(name -> !names.contains(name)).toList();
        String known = names.stream().findFirst().map(Printable::text).orElse("none");
        return MergeException.of(
                        ErrorCode.MISMATCH,
                        "the base lacks this tensor, which the adapter changes (got " + (wanted.size() - absent.size())
                                + " of " + wanted.size() + " changed tensors, expected all; the base's first is "
                                + known
                                + ")")
                .atTensor(absent.getFirst())
                .withHint("pass the base that the adapter was trained on, with the same tensor names");
    }

    /// The base's name for a tensor; where the base has none, what it would be.
    String inBase(String name) {
        String moved = moved(name);
        return !base.contains(moved) && base.contains(name) ? name : moved;
    }

    private String moved(String name) {
        return added + (name.startsWith(removed) ? name.substring(removed.length()) : name);
    }
}
