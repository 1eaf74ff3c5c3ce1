package org.modelmerge.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Replays cases with the verdicts of the reference reader.
class HeaderVerdictsTest {
    @Test
    void agreesWithTheReferenceReaderOnEveryCase() throws IOException {
        List<String> differences = new ArrayList<>();
        int cases = 0;
        for (String line : lines()) {
            String[] fields = line.split("\t", 4);
            char verdict = HeaderVerdicts.verdict(file(fields));
            char expected = fields[0].charAt(0);
            // A file may have a key twice and another fault; which is found first does not matter.
            boolean agrees = expected == 'A' ? verdict == 'A' : verdict != 'A';
            if (!agrees) {
                differences.add(verdict + ": " + line);
            }
            cases++;
        }
        assertThat(differences).isEmpty();
        assertThat(cases).isGreaterThan(300);
    }

    /// The files of all cases.
    static List<byte[]> files() throws IOException {
        return lines().stream().map(line -> file(line.split("\t", 4))).toList();
    }

    private static List<String> lines() throws IOException {
        try (InputStream in = HeaderVerdictsTest.class.getResourceAsStream("header-verdicts.txt")) {
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .toList();
        }
    }

    private static byte[] file(String[] fields) {
        byte[] text = unescaped(fields[3]);
        int zeros = Integer.parseInt(fields[2]);
        return ByteBuffer.allocate(8 + text.length + zeros)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(Long.parseUnsignedLong(fields[1]))
                .put(text)
                .array();
    }

    private static byte[] unescaped(String text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != '\\') {
                bytes.write(c);
            } else if (text.charAt(i + 1) == '\\') {
                bytes.write('\\');
                i++;
            } else {
                bytes.write(Integer.parseInt(text, i + 2, i + 4, 16));
                i += 3;
            }
        }
        return bytes.toByteArray();
    }
}
