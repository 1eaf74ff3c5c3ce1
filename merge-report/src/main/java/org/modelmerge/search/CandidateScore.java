package org.modelmerge.search;

import org.modelmerge.error.MergeException;
import org.modelmerge.method.MergeMethod;

/// Says what a candidate is worth: by our networks, by a foreign command, or by a program's own means.
public interface CandidateScore extends AutoCloseable {
    /// Merges as the candidate says, and scores the result.
    ///
    /// @param candidate the method with the values to try
    /// @param number of the trial, from 1, for messages
    /// @throws MergeException a code of [Search#FAILURES] fails this candidate only; any other ends the search
    Score score(MergeMethod candidate, int number) throws MergeException;

    /// Releases what it holds.
    @Override
    void close() throws MergeException;
}
