package org.modelmerge.pcb;

/// The four formulas in the authors' repository. They differ in the clamp, in the inter-balance and in where lambda
/// stands.
public enum PcbVariant {
    /// `pcb-merging.py`: clamp 0.0001, raw task vectors in the inter-balance, lambda after the ratio.
    ROOT(0.0001),
    /// NLP `merge_utils`: as root with clamp 0.01.
    NLP(0.01),
    /// Vision `pcb.py`: the raw task vector against the sum of normalised signed ones, lambda inside the ratio.
    VISION_MAIN(0.01),
    /// Vision `pcb_ES.py`, closest to the paper: pairwise products of normalised signed task vectors, lambda inside.
    VISION_ES(0.01);

    private final double clamp;

    PcbVariant(double clamp) {
        this.clamp = clamp;
    }

    /// The share of magnitudes that is clamped at each end.
    double clamp() {
        return clamp;
    }

    /// Whether a single lambda multiplies the ratio; otherwise it stands inside.
    boolean lambdaAfterRatio() {
        return this == ROOT || this == NLP;
    }
}
