package org.modelmerge.error;

/// What went wrong, as a stable word for scripts and an exit code for the command line.
///
/// Several codes share an exit code; the word tells them apart. Words and exit codes never change their
/// meaning.
public enum ErrorCode {
    /// A bug in modelmerge.
    INTERNAL("internal", 1),
    /// Bad or conflicting arguments.
    USAGE("usage", 2),
    /// An output exists and may not be replaced.
    OUTPUT_EXISTS("output-exists", 2),
    /// An output is one of the inputs.
    OUTPUT_IS_INPUT("output-is-input", 2),
    /// An input does not follow its format.
    MALFORMED("malformed", 3),
    /// An input is of another format: a pickle, an archive, an adapter.
    UNSUPPORTED_FORMAT("unsupported-format", 3),
    /// Shapes, kinds, vocabularies or numbers of layers differ.
    MISMATCH("mismatch", 4),
    /// An expert lacks a tensor of the base.
    MISSING_TENSOR("missing-tensor", 4),
    /// An expert has a tensor that the base lacks.
    EXTRA_TENSOR("extra-tensor", 4),
    /// An input holds NaN or infinity.
    NON_FINITE("non-finite", 4),
    /// Finite inputs gave a result that the output's dtype cannot hold.
    OVERFLOW("overflow", 4),
    /// A dtype that cannot be averaged has different values.
    UNSUPPORTED_DTYPE("unsupported-dtype", 4),
    /// A method's statistics do not exist for a task.
    DEGENERATE("degenerate", 4),
    /// A file is missing.
    NOT_FOUND("not-found", 5),
    /// The system forbids it.
    PERMISSION("permission", 5),
    /// The disk or a quota is full.
    NO_SPACE("no-space", 5),
    /// Something else than a regular file.
    NOT_REGULAR("not-regular", 5),
    /// A file changed while it was read.
    CHANGED("changed", 5),
    /// Any other failure to read or write.
    IO("io", 5),
    /// A native library does not load on this system, or runs out of its memory.
    UNAVAILABLE("unavailable", 5),
    /// A command that was run for us failed, or did not print what it was run for.
    COMMAND_FAILED("command-failed", 5),
    /// The work succeeded and the answer is no.
    ANSWER_NO("answer-no", 6),
    /// Cancelled by the caller or by SIGINT.
    CANCELLED("cancelled", 130);

    private final String word;
    private final int exitCode;

    ErrorCode(String word, int exitCode) {
        this.word = word;
        this.exitCode = exitCode;
    }

    /// The stable word, for example `missing-tensor`.
    public String word() {
        return word;
    }

    /// The exit code of the command line.
    public int exitCode() {
        return exitCode;
    }
}
