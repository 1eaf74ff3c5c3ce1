package org.modelmerge.error;

import java.io.IOException;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// The one checked exception: what is wrong, in which file and tensor, and what would cure it.
///
/// [#getMessage()] is one line, `FILE: TENSOR: what is wrong (got X, expected Y)`, with text from files already escaped
/// and shortened. Callers that hold the file's name add it with [#inFile(String)] where the code that found the fault
/// did not know it.
public final class MergeException extends Exception {
    private static final long serialVersionUID = 1L;

    private final ErrorCode code;
    private final String problem;
    /// As it is, so that it can be compared; escaped where it is told.
    private final @Nullable String file;

    private final @Nullable String tensor;
    private final @Nullable String hint;

    @SuppressWarnings("serial") // List.copyOf of strings is serialisable
    private final List<String> details;

    private MergeException(
            ErrorCode code,
            String problem,
            @Nullable String file,
            @Nullable String tensor,
            @Nullable String hint,
            List<String> details,
            @Nullable Throwable cause) {
        super(line(problem, file == null ? null : Printable.text(file), tensor), cause);
        this.code = code;
        this.problem = problem;
        this.file = file;
        this.tensor = tensor;
        this.hint = hint;
        this.details = List.copyOf(details);
    }

    /// A fault without a place; add one with [#inFile(String)] and [#atTensor(String)].
    ///
    /// @param problem what is wrong, with numbers: `got X, expected Y`; text taken from files passes through
    ///     [Printable#text(String)] first
    public static MergeException of(ErrorCode code, String problem) {
        return new MergeException(code, problem, null, null, null, List.of(), null);
    }

    /// A fault that another exception caused.
    public static MergeException of(ErrorCode code, String problem, Throwable cause) {
        return new MergeException(code, problem, null, null, null, List.of(), cause);
    }

    /// The system's refusal, told by its cause: missing file, permission, no space, interrupt, or any other I/O error.
    ///
    /// @param doing what was attempted, for example `cannot read`
    public static MergeException ofIo(String doing, IOException cause) {
        SystemReason reason = SystemReason.of(cause);
        return new MergeException(reason.code(), doing + ": " + reason.text(), null, null, null, List.of(), cause);
    }

    /// The same fault, with the file named; a file that is named already stays.
    public MergeException inFile(String name) {
        return file != null ? this : copy(name, tensor, hint, details);
    }

    /// The same fault under another name of its file, if it names one.
    ///
    /// @param rename gets the name as it was given to [#inFile(String)]
    public MergeException renamed(UnaryOperator<String> rename) {
        return file == null ? this : copy(rename.apply(file), tensor, hint, details);
    }

    /// The same fault, with the tensor named; a tensor that is named already stays.
    public MergeException atTensor(String name) {
        return tensor != null ? this : copy(file, Printable.text(name), hint, details);
    }

    /// The same fault with a cure, for example `pass --allow-extra to leave it out`.
    public MergeException withHint(String cure) {
        return copy(file, tensor, cure, details);
    }

    /// The same fault with lines about further faults of its kind, already escaped.
    public MergeException withDetails(List<String> lines) {
        return copy(file, tensor, hint, lines);
    }

    private MergeException copy(
            @Nullable String newFile, @Nullable String newTensor, @Nullable String newHint, List<String> newDetails) {
        MergeException copied = new MergeException(code, problem, newFile, newTensor, newHint, newDetails, getCause());
        copied.setStackTrace(getStackTrace());
        for (Throwable suppressed : getSuppressed()) {
            copied.addSuppressed(suppressed);
        }
        return copied;
    }

    /// What went wrong.
    public ErrorCode code() {
        return code;
    }

    /// What is wrong, without file and tensor.
    public String problem() {
        return problem;
    }

    /// The file, escaped, or null.
    public @Nullable String file() {
        return file == null ? null : Printable.text(file);
    }

    /// The tensor, escaped, or null.
    public @Nullable String tensor() {
        return tensor;
    }

    /// What would cure it, or null.
    public @Nullable String hint() {
        return hint;
    }

    /// Lines about further faults of the same kind, for example other tensors that do not fit.
    public List<String> details() {
        return details;
    }

    private static String line(String problem, @Nullable String file, @Nullable String tensor) {
        StringBuilder line = new StringBuilder();
        if (file != null) {
            line.append(file).append(": ");
        }
        if (tensor != null) {
            line.append(tensor).append(": ");
        }
        return line.append(problem).toString();
    }
}
