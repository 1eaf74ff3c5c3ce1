package org.modelmerge.report;

/// One thing that was verified, or could not be.
///
/// @param answer how it came out
/// @param subject the file or claim, as it comes from files: escape it before printing
/// @param detail what was compared, or why it could not be
public record Finding(Answer answer, String subject, String detail) {
    /// How a check came out.
    public enum Answer {
        /// It is as it should be.
        HOLDS,
        /// It is not.
        FAILS,
        /// There was nothing to compare with.
        UNCHECKED
    }

    static Finding holds(String subject, String detail) {
        return new Finding(Answer.HOLDS, subject, detail);
    }

    static Finding fails(String subject, String detail) {
        return new Finding(Answer.FAILS, subject, detail);
    }

    static Finding unchecked(String subject, String detail) {
        return new Finding(Answer.UNCHECKED, subject, detail);
    }

    static Finding compare(String subject, String what, Object got, Object expected) {
        return got.equals(expected)
                ? holds(subject, what + " " + got)
                : fails(subject, what + ": got " + got + ", expected " + expected);
    }
}
