package org.modelmerge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.modelmerge.checkpoint.Shape;
import org.modelmerge.testing.TinyCheckpoint;

/// `merge verify --recompute`.
final class RecomputeTest {
    private static final String[] INPUTS = {"base.safetensors", "a.safetensors", "b.safetensors"};

    @TempDir
    Path directory;

    @BeforeEach
    void writeModels() throws IOException {
        for (String input : INPUTS) {
            float[] values = new float[256];
            for (int i = 0; i < values.length; i++) {
                values[i] = i + 0.001f * ((i * 31 * input.charAt(1) + input.charAt(0)) % 257);
            }
            new TinyCheckpoint()
                    .floats("w", Shape.of(16, 16), values)
                    .floats("v", Shape.of(4), 1, 2, input.charAt(0), 4)
                    .longs("ids", Shape.of(2), 1, 2)
                    .write(directory.resolve(input));
        }
        Files.writeString(directory.resolve("table.json"), """
            {"schema": 1, "granularity": "layer", "tasks": ["a", "b"], "rows": {"w": [0.3, 0.7], "v": [1e-3, 1.5]}}
            """);
    }

    private Cli.Result run(String... words) {
        return Cli.in(directory).run(words);
    }

    private void merge(String choices, String output) {
        List<String> words = new ArrayList<>(List.of("--method"));
        words.addAll(List.of(choices.split(" ")));
        words.addAll(List.of("-o", output));
        words.addAll(Arrays.asList(INPUTS));
        Cli.Result result = run(words.toArray(String[]::new));
        assertThat(result.exit()).as(result.err()).isZero();
    }

    private Cli.Result verify(String share, String output) {
        return run("verify", "--recompute", share, output, INPUTS[0], INPUTS[1], INPUTS[2]);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "average --weights 1,3",
                "task-arithmetic --lambda 0.3,-0.7",
                "ties --density 50% --include w --dtype bf16",
                "pcb --density 0.35",
                "adamerging --coefficients table.json --plus-plus",
                "ties --max-shard-size 600B",
            })
    void holdsForWhatAMergeWrote(String choices) {
        merge(choices, "m");
        if (!choices.contains("shard")) {
            merge(choices, "x.safetensors");
        }
        for (String output : choices.contains("shard") ? List.of("m") : List.of("m", "x.safetensors")) {
            Cli.Result result = verify("100%", output);

            assertThat(result.exit()).as(result.out() + result.err()).isZero();
            assertThat(result.out())
                    .containsPattern("holds .*recomputed header: equal")
                    .containsPattern("holds .*recomputed [0-9,]+ bytes, ([0-9]+) of \\1 parts: equal");
        }
    }

    @Test
    void findsBytesThatNoHashIsKeptFor() throws IOException {
        merge("ties --no-report", "x.safetensors");
        byte[] bytes = Files.readAllBytes(directory.resolve("x.safetensors"));
        bytes[bytes.length - 1 - 16] ^= 1;
        Files.write(directory.resolve("x.safetensors"), bytes);

        Cli.Result result = verify("1", "x.safetensors");

        assertThat(result.exit()).isEqualTo(6);
        assertThat(result.out())
                .contains("fails      " + directory.resolve("x.safetensors") + ": w: recomputed bytes differ, first at"
                        + " offset " + (bytes.length - 17));
    }

    @Test
    void findsAnInputWhoseHeaderIsTheSame() throws IOException {
        merge("task-arithmetic", "x.safetensors");
        byte[] bytes = Files.readAllBytes(directory.resolve("a.safetensors"));
        bytes[bytes.length - 17] ^= 1;
        Files.write(directory.resolve("a.safetensors"), bytes);

        assertThat(run("verify", "x.safetensors", INPUTS[0], INPUTS[1], INPUTS[2])
                        .exit())
                .isZero();
        assertThat(verify("100%", "x.safetensors").exit()).isEqualTo(6);
    }

    @Test
    void findsAHeaderThatNamesAnotherMethod() throws IOException {
        merge("task-arithmetic --lambda 0.5 --no-report", "x.safetensors");
        String text = Files.readString(directory.resolve("x.safetensors"), StandardCharsets.ISO_8859_1);
        Files.writeString(
                directory.resolve("x.safetensors"),
                text.replace("\\\"lambda\\\":0.5", "\\\"lambda\\\":0.4"),
                StandardCharsets.ISO_8859_1);

        assertThat(verify("100%", "x.safetensors").exit()).isEqualTo(6);
    }

    @Test
    void comparesOneSampleForOneSeed() {
        merge("task-arithmetic --max-shard-size 600B", "m");

        String first = verify("5%", "m").out();

        assertThat(first)
                .contains(", 1 of 2 parts: equal")
                .isEqualTo(verify("0.05", "m").out());
    }

    @Test
    void saysWhatItCouldNotRecompute() throws IOException {
        merge("adamerging --coefficients table.json --no-report", "x.safetensors");
        Files.copy(directory.resolve("a.safetensors"), directory.resolve("renamed.safetensors"));

        Cli.Result withoutTable = verify("5%", "x.safetensors");
        merge("average", "y.safetensors");
        Cli.Result otherName =
                run("verify", "--recompute", "5%", "y.safetensors", INPUTS[0], "renamed.safetensors", INPUTS[2]);
        Cli.Result notOurs = run("verify", "--recompute", "5%", INPUTS[0], INPUTS[0], INPUTS[1], INPUTS[2]);

        assertThat(withoutTable.out()).contains("unchecked", "neither the report nor the folder has the tables");
        assertThat(otherName.out()).contains("its inputs have other names now (got base, renamed, b, expected base, a");
        assertThat(notOurs.out()).contains("its header does not say how it was made");
        assertThat(List.of(withoutTable.exit(), otherName.exit(), notOurs.exit()))
                .containsOnly(0);
    }

    @Test
    void opensNoFileThatAHeaderNames() throws IOException {
        Files.writeString(directory.resolve("t.json"), "{}");
        TinyCheckpoint forged = new TinyCheckpoint()
                .floats("w", Shape.of(1), 1)
                .metadata("modelmerge.version", org.modelmerge.engine.Version.text())
                .metadata("modelmerge.method", "adamerging")
                .metadata("modelmerge.parameters", "{\"coefficients\":\"" + directory.resolve("t.json") + "\"}")
                .metadata("modelmerge.settings", "{}")
                .metadata("modelmerge.inputs", "[{\"name\":\"base\"},{\"name\":\"a\"},{\"name\":\"b\"}]");
        forged.write(directory.resolve("x.safetensors"));

        Cli.Result result = verify("5%", "x.safetensors");

        assertThat(result.exit()).isEqualTo(6);
        assertThat(result.out()).doesNotContain("granularity");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "0%", "101%", "1.5", "-1", "some", ""})
    void refusesABadShare(String share) {
        merge("average", "x.safetensors");

        Cli.Result result = run("verify", "--recompute=" + share, "x.safetensors", INPUTS[0], INPUTS[1], INPUTS[2]);

        assertThat(result.exit()).isEqualTo(2);
    }

    @Test
    void needsInputs() {
        merge("average", "x.safetensors");

        Cli.Result result = run("verify", "--recompute", "5%", "x.safetensors");

        assertThat(result.exit()).isEqualTo(2);
        assertThat(result.err()).contains("--recompute: got no inputs, expected BASE EXPERT... after OUT");
    }
}
