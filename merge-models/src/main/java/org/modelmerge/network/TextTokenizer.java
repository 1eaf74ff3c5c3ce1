package org.modelmerge.network;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.error.Printable;

/// Turns texts into the token numbers that a network knows, by a `tokenizer.json` of Hugging Face.
public final class TextTokenizer implements AutoCloseable {
    private final HuggingFaceTokenizer tokenizer;

    private TextTokenizer(HuggingFaceTokenizer tokenizer) {
        this.tokenizer = tokenizer;
    }

    /// Opens a tokenizer for a network.
    ///
    /// @param rows of the network's embedding table
    /// @param maxLength the most tokens of a text, special ones included; the rest is cut off
    /// @throws MergeException `MALFORMED`; `MISMATCH` if its vocabulary is not the network's; `UNAVAILABLE` if
    ///     the native library does not load; or as the system refuses
    public static TextTokenizer open(Path file, int rows, int maxLength) throws MergeException {
        byte[] json = TokenizerFile.read(file);
        try {
            TokenizerFile.parse(json).requireRows(rows);
            return new TextTokenizer(load(json, maxLength));
        } catch (MergeException e) {
            throw e.inFile(file.toString());
        }
    }

    private static HuggingFaceTokenizer load(byte[] json, int maxLength) throws MergeException {
        // The file may ask for padding and another length: ours win.
        Map<String, String> options = Map.of(
                "padding", "false",
                "truncation", "true",
                "maxLength", String.valueOf(maxLength),
                "modelMaxLength", String.valueOf(maxLength),
                "stride", "0",
                "addSpecialTokens", "true");
        TorchEngine.goOffline();
        try {
            return TorchEngine.loading("tokenizers", () -> {
                try {
                    return HuggingFaceTokenizer.newInstance(new ByteArrayInputStream(json), options);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        } catch (RuntimeException e) {
            throw MergeException.of(
                    ErrorCode.MALFORMED, "no tokenizer: " + Printable.text(String.valueOf(e.getMessage())), e);
        }
    }

    /// Token numbers of each text, special tokens included.
    ///
    /// @return `[texts][tokens]`
    public long[][] encode(List<String> texts) {
        Encoding[] encodings = tokenizer.batchEncode(texts);
        long[][] tokens = new long[encodings.length][];
        for (int i = 0; i < encodings.length; i++) {
            tokens[i] = encodings[i].getIds();
        }
        return tokens;
    }

    @Override
    public void close() {
        tokenizer.close();
    }
}
