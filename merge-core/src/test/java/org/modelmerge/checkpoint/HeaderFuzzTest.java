package org.modelmerge.checkpoint;

import java.io.IOException;
import org.junit.jupiter.api.Test;

/// A short, repeatable run of the fuzzer.
class HeaderFuzzTest {
    @Test
    void nothingButOurExceptionComesOutOfTheParsers() throws IOException {
        new HeaderFuzz(1).run(10_000);
    }
}
