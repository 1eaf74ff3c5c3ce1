package org.modelmerge.search;

import org.jspecify.annotations.Nullable;
import org.modelmerge.checkpoint.Checkpoint;
import org.modelmerge.engine.LambdaSweep;
import org.modelmerge.engine.MergeJob;
import org.modelmerge.engine.MergeObserver;
import org.modelmerge.engine.MergeRequest;
import org.modelmerge.engine.ResultTensors;
import org.modelmerge.error.MergeException;
import org.modelmerge.method.MergeMethod;

/// The tensors of one candidate after the other. Candidates that follow one another and differ in lambda alone share
/// what does not depend on lambda.
final class CandidateModels implements AutoCloseable {
    private final MergeRequest request;
    private final MergeObserver observer;
    private @Nullable MergeJob job;
    private @Nullable LambdaSweep sweep;

    CandidateModels(MergeRequest request, MergeObserver observer) {
        this.request = request.withStatistics(false);
        this.observer = observer;
    }

    /// Uses the tensors of a candidate.
    interface Use<R> {
        R of(ResultTensors tensors, Checkpoint base) throws MergeException;
    }

    <R> R with(MergeMethod candidate, Use<R> use) throws MergeException {
        MergeJob open = job;
        LambdaSweep shared = sweep;
        if (open == null || shared == null || !shared.covers(candidate)) {
            close();
            open = MergeJob.open(request.withMethod(candidate));
            job = open;
            shared = open.sweep(observer);
            sweep = shared;
        }
        ResultTensors tensors = shared == null ? open.tensors(observer) : shared.tensors(candidate);
        return use.of(tensors, open.inputs().getFirst());
    }

    @Override
    public void close() {
        sweep = null;
        if (job != null) {
            job.close();
            job = null;
        }
    }
}
