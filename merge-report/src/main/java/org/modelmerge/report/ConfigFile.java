package org.modelmerge.report;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.modelmerge.checkpoint.DType;
import org.modelmerge.error.MergeException;
import org.modelmerge.json.StrictJson;
import org.modelmerge.yaml.Tree;

/// A model's `config.json`, whose dtype follows the weights'.
public final class ConfigFile {
    /// The strings and the punctuation of a text that is known to be JSON.
    private static final Pattern TOKEN = Pattern.compile("\"(?:[^\"\\\\]++|\\\\.)*+\"|[{}\\[\\]:,]");

    private ConfigFile() {}

    /// The file with the values of its `torch_dtype` and `dtype` keys, at the top and in nested configurations such as
    /// `text_config`, set to this dtype. Absent keys stay absent, and all else keeps its bytes: order, spaces, the
    /// spelling of numbers.
    ///
    /// @param config the bytes of the file
    /// @param dtype F64, F32, F16 or BF16
    /// @return the same array where nothing has to change, else a new one
    /// @throws MergeException `MALFORMED` if the file is not a JSON object
    public static byte[] withDtype(byte[] config, DType dtype) throws MergeException {
        String value = '"' + torchName(dtype) + '"';
        Tree.of("", StrictJson.parse(config));
        String text = new String(config, StandardCharsets.UTF_8);
        String changed = changed(text, value);
        return changed.equals(text) ? config : changed.getBytes(StandardCharsets.UTF_8);
    }

    private static String changed(String json, String value) {
        StringBuilder changed = new StringBuilder(json.length());
        Deque<Boolean> configurations = new ArrayDeque<>();
        String lastString = null;
        String key = null;
        Matcher token = TOKEN.matcher(json);
        while (token.find()) {
            String found = token.group();
            switch (found) {
                case ":" -> key = lastString;
                case "," -> key = null;
                case "{" -> {
                    configurations.push(configurations.isEmpty() || (configurations.peek() && isConfiguration(key)));
                    key = null;
                }
                case "[" -> {
                    configurations.push(false);
                    key = null;
                }
                case "}", "]" -> configurations.pop();
                default -> {
                    lastString = found;
                    if (isDtype(key) && Boolean.TRUE.equals(configurations.peek())) {
                        token.appendReplacement(changed, value);
                    }
                }
            }
        }
        return token.appendTail(changed).toString();
    }

    private static boolean isDtype(@Nullable String quotedKey) {
        return "\"torch_dtype\"".equals(quotedKey) || "\"dtype\"".equals(quotedKey);
    }

    /// Quantisation has dtypes of its own, which say nothing about the weights that a merge writes.
    private static boolean isConfiguration(@Nullable String quotedKey) {
        return quotedKey != null && quotedKey.endsWith("_config\"") && !quotedKey.equals("\"quantization_config\"");
    }

    private static String torchName(DType dtype) {
        return switch (dtype) {
            case F64 -> "float64";
            case F32 -> "float32";
            case F16 -> "float16";
            case BF16 -> "bfloat16";
            default -> throw new IllegalArgumentException("no merged tensor has dtype " + dtype);
        };
    }
}
