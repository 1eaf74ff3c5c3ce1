package org.modelmerge.checkpoint;

import java.util.Comparator;

/// Orders text by Unicode code point, which is the order of its UTF-8 bytes.
///
/// [String#compareTo(String)] compares UTF-16 units and puts U+1F600 before U+FF21; Rust and Python, which write most
/// checkpoints, put it after.
public final class CodePointOrder implements Comparator<String> {
    /// The one instance.
    public static final CodePointOrder INSTANCE = new CodePointOrder();

    private CodePointOrder() {}

    @Override
    public int compare(String left, String right) {
        int common = Math.min(left.length(), right.length());
        for (int i = 0; i < common; i++) {
            char a = left.charAt(i);
            char b = right.charAt(i);
            if (a != b) {
                // A surrogate stands for a point above U+FFFF, so it is larger than any other unit.
                int bySurrogate = Boolean.compare(Character.isSurrogate(a), Character.isSurrogate(b));
                return bySurrogate != 0 ? bySurrogate : Character.compare(a, b);
            }
        }
        return Integer.compare(left.length(), right.length());
    }
}
