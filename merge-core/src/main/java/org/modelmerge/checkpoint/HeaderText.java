package org.modelmerge.checkpoint;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;

/// The JSON of headers and indexes, byte for byte as the usual writers put it.
///
/// Two writers, two ways to escape: headers follow serde_json (Rust), which leaves everything above U+001F as it is;
/// indexes follow Python's `json.dumps(indent=2, sort_keys=True)`, which writes ASCII only.
final class HeaderText {
    static final String METADATA_KEY = "__metadata__";

    private HeaderText() {}

    /// Length, JSON and padding: all that stands before the data.
    static byte[] header(List<TensorInfo> tensors, SortedMap<String, String> metadata, int maxBytes)
            throws MergeException {
        StringBuilder json = new StringBuilder("{");
        if (!metadata.isEmpty()) {
            appendMetadata(json, metadata);
        }
        for (TensorInfo tensor : tensors) {
            separate(json);
            appendTensor(json, tensor);
            // Bytes are never fewer than chars, so a hopeless header is refused before it fills the memory.
            checkLength(json.length(), maxBytes);
        }
        byte[] text = json.append('}').toString().getBytes(StandardCharsets.UTF_8);
        long padded = Math.ceilDiv(text.length, 8) * 8L;
        checkLength(padded, maxBytes);
        byte[] header = new byte[Math.toIntExact(Long.BYTES + padded)];
        ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN).putLong(padded).put(text);
        Arrays.fill(header, Long.BYTES + text.length, header.length, (byte) ' ');
        return header;
    }

    /// The text of `model.safetensors.index.json`, as transformers' `save_pretrained` writes it.
    static String index(long totalSize, SortedMap<String, String> weightMap) {
        StringBuilder json = new StringBuilder("{\n  \"metadata\": {\n    \"total_size\": ");
        json.append(totalSize).append("\n  },\n  \"weight_map\": {");
        for (Iterator<Map.Entry<String, String>> entries = weightMap.entrySet().iterator(); entries.hasNext(); ) {
            Map.Entry<String, String> entry = entries.next();
            json.append("\n    ");
            appendString(json, entry.getKey(), true);
            json.append(": ");
            appendString(json, entry.getValue(), true);
            json.append(entries.hasNext() ? "," : "\n  ");
        }
        return json.append("}\n}\n").toString();
    }

    /// True if every surrogate has its partner, so that the text has a UTF-8 form.
    static boolean isWellFormed(String text) {
        return text.codePoints()
                .noneMatch(point -> point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE);
    }

    private static void appendMetadata(StringBuilder json, SortedMap<String, String> metadata) throws MergeException {
        appendString(json, METADATA_KEY, false);
        json.append(":{");
        for (Map.Entry<String, String> entry : metadata.entrySet()) {
            if (!isWellFormed(entry.getKey()) || !isWellFormed(entry.getValue())) {
                throw MergeException.of(
                        ErrorCode.UNSUPPORTED_FORMAT,
                        "a metadata entry has an unpaired surrogate, expected Unicode text");
            }
            separate(json);
            appendString(json, entry.getKey(), false);
            json.append(':');
            appendString(json, entry.getValue(), false);
        }
        json.append('}');
    }

    private static void appendTensor(StringBuilder json, TensorInfo tensor) {
        appendString(json, tensor.name(), false);
        json.append(":{\"dtype\":\"").append(tensor.dtype().name()).append("\",\"shape\":[");
        for (int i = 0; i < tensor.shape().rank(); i++) {
            json.append(i == 0 ? "" : ",").append(tensor.shape().size(i));
        }
        json.append("],\"data_offsets\":[").append(tensor.begin()).append(',').append(tensor.end());
        json.append("]}");
    }

    private static void separate(StringBuilder json) {
        if (json.charAt(json.length() - 1) != '{') {
            json.append(',');
        }
    }

    private static void appendString(StringBuilder json, String text, boolean asciiOnly) {
        json.append('"');
        for (int i = 0; i < text.length(); i++) {
            char unit = text.charAt(i);
            switch (unit) {
                case '"' -> json.append("\\\"");
                case '\\' -> json.append("\\\\");
                case '\b' -> json.append("\\b");
                case '\f' -> json.append("\\f");
                case '\n' -> json.append("\\n");
                case '\r' -> json.append("\\r");
                case '\t' -> json.append("\\t");
                default -> {
                    if (unit < ' ' || (asciiOnly && unit > '~')) {
                        String hex = Integer.toHexString(unit);
                        json.append("\\u").repeat('0', 4 - hex.length()).append(hex);
                    } else {
                        json.append(unit);
                    }
                }
            }
        }
        json.append('"');
    }

    private static void checkLength(long length, int maxBytes) throws MergeException {
        if (length > maxBytes) {
            throw MergeException.of(
                    ErrorCode.UNSUPPORTED_FORMAT,
                    "the header of the output is too long (got " + length + " bytes, expected at most " + maxBytes
                            + ")");
        }
    }
}
