package org.modelmerge.cli;

import java.util.List;
import java.util.Locale;
import org.modelmerge.error.Printable;
import org.modelmerge.network.RouterLearning;
import org.modelmerge.routing.RouterCard;
import org.modelmerge.routing.TrainedRouter;

/// Tells how the training of a router goes: a line a task, and an epoch each under `-v`.
final class RouterProgress implements RouterLearning.Listener {
    private final Talk talk;

    RouterProgress(Talk talk) {
        this.talk = talk;
    }

    @Override
    public void computed(String expert, int trainCount, int validationCount) {
        talk.say("features " + Printable.text(expert) + ": " + Quantity.count(trainCount, "example") + " to train on, "
                + Quantity.count(validationCount) + " to choose by");
    }

    @Override
    public void ended(int number, TrainedRouter.Epoch epoch) {
        talk.verbose(() -> List.of(String.format(
                Locale.ROOT,
                "epoch    %d: loss %.4f, validation loss %.4f, accuracy %.2f%%",
                number,
                epoch.trainLoss(),
                epoch.loss(),
                100 * epoch.accuracy())));
    }

    /// The result in a line.
    static String line(RouterCard card) {
        return String.format(
                Locale.ROOT,
                "router   assigns %.2f%% of the validation rows to their own task, after epoch %d of %d",
                100 * card.accuracy(),
                card.bestEpoch(),
                card.settings().epochs());
    }
}
