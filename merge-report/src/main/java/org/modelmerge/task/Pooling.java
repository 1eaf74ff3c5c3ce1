package org.modelmerge.task;

/// How an encoder makes one vector of a sentence.
public enum Pooling {
    /// The mean of the last hidden states over all tokens, padding excluded.
    MEAN,
    /// The last hidden state of the first token.
    CLS
}
