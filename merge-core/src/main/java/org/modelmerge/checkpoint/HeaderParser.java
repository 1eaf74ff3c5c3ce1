package org.modelmerge.checkpoint;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.json.JsonReader;
import org.modelmerge.json.JsonReader.Kind;

/// Reads and checks the header of a safetensors file.
///
/// ```
/// file   = length (8 bytes, unsigned, little endian), header (JSON), data section
/// header = {"__metadata__": {name: text, ...}, tensor name: {"dtype": ..., "shape": [...], "data_offsets": [b, e]},
/// ...} ```
///
/// Accepts what the reference reader accepts, odd spellings included.
/// Source: huggingface/safetensors 0.8.0, `safetensors/src/tensor.rs`, with serde 1.0.228 and serde_json 1.0.150.
/// Differs: an object with the same key twice is refused at every level (the reference keeps the last one), and so is a
/// dimension of 2^63 or more, which only a tensor without elements can have.
///
/// The header is read once, in windows. Memory follows the bytes that are there, never a number written in them.
public final class HeaderParser {
    /// The longest header that the reference reads.
    static final long MAX_HEADER_BYTES = 100_000_000;

    static final int LENGTH_BYTES = 8;

    private static final String METADATA = "__metadata__";
    private static final Comparator<TensorInfo> BY_OFFSET = Comparator.comparingLong(TensorInfo::begin)
            .thenComparingLong(TensorInfo::end)
            .thenComparing(TensorInfo::name, CodePointOrder.INSTANCE);

    private final JsonReader reader;
    private final long dataBytes;
    private final List<TensorInfo> tensors = new ArrayList<>();
    private final Map<String, String> metadata = new LinkedHashMap<>();

    private HeaderParser(JsonReader reader, long dataBytes) {
        this.reader = reader;
        this.dataBytes = dataBytes;
    }

    /// Reads the header at the start of `source`; the data section is not read.
    ///
    /// @throws MergeException `MALFORMED`, with the tensor where one is at fault and without the file; or what the
    ///     source throws
    public static SafetensorsHeader parse(RangeSource source) throws MergeException {
        long size = source.size();
        if (size < LENGTH_BYTES) {
            throw malformed("too short for a safetensors file (got " + size + " bytes, expected at least 8)");
        }
        ByteBuffer prefix = ByteBuffer.allocate(LENGTH_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        source.read(prefix, 0);
        long headerBytes = prefix.getLong(0);
        if (Long.compareUnsigned(headerBytes, MAX_HEADER_BYTES) > 0) {
            throw malformed("the header is too long (got " + Long.toUnsignedString(headerBytes)
                    + " bytes, expected at most " + MAX_HEADER_BYTES + ")");
        }
        long dataStart = LENGTH_BYTES + headerBytes;
        if (dataStart > size) {
            throw malformed("the header reaches past the end of the file (got " + headerBytes
                    + " bytes, expected at most " + (size - LENGTH_BYTES) + ")");
        }
        MessageDigest digest = Hashes.sha256();
        digest.update(prefix.array());
        RangeInput input = new RangeInput(source, LENGTH_BYTES, dataStart, digest);
        HeaderParser parser = new HeaderParser(new JsonReader(input), size - dataStart);
        parser.readEntries();
        parser.checkLayout();
        String sha256 = HexFormat.of().formatHex(digest.digest());
        return new SafetensorsHeader(parser.tensors, parser.metadata, dataStart, size, sha256);
    }

    private void readEntries() throws MergeException {
        EntryReader entries = new EntryReader(reader, dataBytes);
        reader.beginObject();
        for (String name = reader.nextName(); name != null; name = reader.nextName()) {
            if (name.equals(METADATA)) {
                readMetadata();
            } else {
                tensors.add(entries.read(name));
            }
        }
        reader.end();
    }

    private void readMetadata() throws MergeException {
        if (reader.peek() == Kind.NULL) {
            reader.nothing();
            return;
        }
        reader.beginObject();
        for (String name = reader.nextName(); name != null; name = reader.nextName()) {
            metadata.put(name, reader.string());
        }
    }

    private void checkLayout() throws MergeException {
        tensors.sort(BY_OFFSET);
        long expected = 0;
        for (TensorInfo tensor : tensors) {
            if (tensor.begin() != expected) {
                String what = tensor.begin() > expected ? "bytes before it belong to no tensor" : "it overlaps another";
                throw malformed(what + " (got offset " + tensor.begin() + ", expected " + expected + ")")
                        .atTensor(tensor.name());
            }
            expected = tensor.end();
        }
        if (expected != dataBytes) {
            throw malformed("the tensors do not cover the data section (got " + expected + " bytes, expected "
                    + dataBytes + ")");
        }
    }

    private static MergeException malformed(String problem) {
        return MergeException.of(ErrorCode.MALFORMED, problem);
    }
}
