package org.modelmerge.search;

import org.modelmerge.checkpoint.Checkpoint;
import org.modelmerge.engine.MergeJob;
import org.modelmerge.engine.MergeObserver;
import org.modelmerge.engine.MergeRequest;
import org.modelmerge.engine.ResultTensors;
import org.modelmerge.error.MergeException;
import org.modelmerge.method.MergeMethod;

/// The tensors of one candidate after the other.
final class CandidateModels implements AutoCloseable {
    private final MergeRequest request;
    private final MergeObserver observer;

    CandidateModels(MergeRequest request, MergeObserver observer) {
        this.request = request.withStatistics(false);
        this.observer = observer;
    }

    /// Uses the tensors of a candidate.
    interface Use<R> {
        R of(ResultTensors tensors, Checkpoint base) throws MergeException;
    }

    <R> R with(MergeMethod candidate, Use<R> use) throws MergeException {
        try (MergeJob job = MergeJob.open(request.withMethod(candidate))) {
            return use.of(job.tensors(observer), job.inputs().getFirst());
        }
    }

    @Override
    public void close() {}
}
