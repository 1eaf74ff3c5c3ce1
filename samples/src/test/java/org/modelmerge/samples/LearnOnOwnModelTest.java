package org.modelmerge.samples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.modelmerge.checkpoint.Shape;
import org.modelmerge.error.MergeException;
import org.modelmerge.testing.TinyCheckpoint;

final class LearnOnOwnModelTest {
    @TempDir
    Path temp;

    private Path write(String name, float... w) throws IOException {
        return new TinyCheckpoint().floats("w", Shape.of(2), w).write(temp.resolve(name + ".safetensors"));
    }

    /// Larger weights are surer, so both coefficients grow.
    @Test
    void learnsCoefficientsThroughThePublicInterfaceAlone() throws IOException, MergeException {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();

        LearnOnOwnModel.merge(
                temp.resolve("merged.safetensors"),
                write("base", 0.1f, 0.1f),
                List.of(write("first", 3, 0.1f), write("second", 0.1f, 3)),
                new PrintStream(printed, false, StandardCharsets.UTF_8));

        assertThat(printed.toString(StandardCharsets.UTF_8)).isEqualToIgnoringNewLines("{w=[1.0, 1.0]}");
        assertThat(temp.resolve("merged.safetensors")).exists();
        assertThat(temp.resolve("merged.report.html"))
                .content(StandardCharsets.UTF_8)
                .contains("<h2>Coefficients</h2>");
    }
}
