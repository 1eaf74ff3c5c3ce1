package org.modelmerge.lora;

import org.modelmerge.checkpoint.StoredTensor;

/// The two factors of one module's change, as the adapter's file has them.
///
/// @param module the module's name in the model that was trained
/// @param a lora_A [r, in] (convolutions [r, in, ...kernel]; embeddings [r, words])
/// @param b lora_B [out, r] (convolutions [out, r, 1, ...]; embeddings [dimensions, r])
/// @param embedding whether the module is an embedding, whose weight is [words, dimensions]
public record Factors(String module, StoredTensor a, StoredTensor b, boolean embedding) {
    /// The number of rows of A.
    public long rank() {
        return a.info().shape().size(0);
    }
}
