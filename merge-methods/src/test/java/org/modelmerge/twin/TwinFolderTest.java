package org.modelmerge.twin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.modelmerge.checkpoint.LocalStorage;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;

final class TwinFolderTest {
    @TempDir
    Path temp;

    private Path folder = Path.of("");

    @BeforeEach
    void extract() throws Exception {
        TwinModels.write(temp);
        folder = Files.createDirectory(temp.resolve("twin"));
        TwinModels.extract(TwinModels.request(temp, TwinMerging.OFFICIAL), folder);
    }

    private static MergeException failure(Path path) {
        return Objects.requireNonNull(
                catchThrowableOfType(
                        MergeException.class, () -> TwinFolder.open(path).close()),
                "nothing was refused");
    }

    @Test
    void readsWhatTheExtractionWrote() throws Exception {
        TwinManifest written;
        try (TwinExtraction extraction = TwinExtraction.open(TwinModels.request(temp, TwinMerging.OFFICIAL))) {
            written = extraction
                    .run(Files.createDirectory(temp.resolve("again")), org.modelmerge.engine.MergeObserver.NONE)
                    .manifest();
        }

        try (TwinFolder open = TwinFolder.open(folder)) {
            assertThat(ManifestWriter.write(open.manifest())).isEqualTo(ManifestWriter.write(written));
            assertThat(open.tasks()).containsExactly("a", "b");
            open.checkHashes(_ -> {});
            open.checkUnchanged();
        }
        assertThat(TwinFolder.isTwinFolder(LocalStorage.INSTANCE, folder)).isTrue();
        assertThat(TwinFolder.isTwinFolder(LocalStorage.INSTANCE, temp)).isFalse();
    }

    @Test
    void refusesTheExpertOfAnotherExtraction() throws Exception {
        Path other = Files.createDirectory(temp.resolve("other"));
        TwinModels.model(9, 0.2f).write(temp.resolve("base.safetensors"));
        TwinModels.extract(
                TwinModels.request(
                        temp,
                        new TwinMerging(
                                0.8,
                                Strategy.SVD,
                                org.modelmerge.method.Coefficients.shared(0.3f),
                                null,
                                Biases.ROUTED,
                                org.modelmerge.svd.SvdMode.AUTO,
                                0)),
                other);
        Files.copy(
                other.resolve("expert_a.safetensors"),
                folder.resolve("expert_a.safetensors"),
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);

        MergeException fault = failure(folder);

        assertThat(fault.code()).isEqualTo(ErrorCode.MISMATCH);
        assertThat(fault).hasMessageContaining("expert_a.safetensors").hasMessageContaining("twin.json");
    }

    @Test
    void findsChangedValuesByTheirHash() throws Exception {
        Path file = folder.resolve("expert_b.safetensors");
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length - 1] ^= 1;
        Files.write(file, bytes);

        try (TwinFolder open = TwinFolder.open(folder)) {
            MergeException fault = catchThrowableOfType(MergeException.class, () -> open.checkHashes(_ -> {}));
            assertThat(fault.code()).isEqualTo(ErrorCode.MISMATCH);
            assertThat(fault).hasMessageContaining("expert_b.safetensors");
        }
    }

    @ParameterizedTest
    @CsvSource({"expert_a.safetensors", "shared.safetensors"})
    void refusesATruncatedFile(String name) throws IOException {
        byte[] bytes = Files.readAllBytes(folder.resolve(name));
        Files.write(folder.resolve(name), java.util.Arrays.copyOf(bytes, bytes.length - 4));

        assertThat(failure(folder).code()).isEqualTo(ErrorCode.MALFORMED);
    }

    @Test
    void refusesAFolderThatLacksAFile() throws IOException {
        Files.delete(folder.resolve("expert_a.safetensors"));

        assertThat(failure(folder).code()).isEqualTo(ErrorCode.NOT_FOUND);
    }

    @Test
    void saysWhatIsNoTwinFolder() throws IOException {
        Files.delete(folder.resolve("twin.json"));

        assertThat(failure(folder)).hasMessageContaining("no twin.json here");
        assertThat(failure(temp.resolve("absent")).code()).isEqualTo(ErrorCode.NOT_FOUND);
        assertThat(failure(temp.resolve("base.safetensors")).code()).isEqualTo(ErrorCode.UNSUPPORTED_FORMAT);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"schema\": 1|\"schema\": 2|schema: got 2, expected 1",
                "\"schema\": 1|\"x\": 1|schema: got nothing",
                "\"form\": \"dense\"|\"form\": \"thin\"|form: got thin",
                "\"file\": \"shared.safetensors\"|\"file\": \"../shared.safetensors\"|shared.file: got ../shared",
                "\"task\": \"a\"|\"task\": \"b\"|every task and file once",
                "\"task\": \"a\"|\"task\": 7|experts[0].task: got a number, expected a text",
                "\"name\": \"scale\"|\"name\": \"linear.bias\"|every name once",
                "\"experts\": [|\"experts\": {|",
            })
    void refusesAManifestThatIsNotWhatItShouldBe(String from, String to, String message) throws IOException {
        Path file = folder.resolve("twin.json");
        String text = Files.readString(file);
        assertThat(text).contains(from);
        Files.writeString(file, text.replaceFirst(java.util.regex.Pattern.quote(from), to));

        MergeException fault = failure(folder);

        assertThat(fault.code()).isEqualTo(ErrorCode.MALFORMED);
        assertThat(fault).hasMessageContaining("twin.json").hasMessageContaining(message == null ? "" : message);
    }

    @Test
    void refusesFactorsOfAnotherRankThanTheManifestSays() throws IOException {
        Path file = folder.resolve("twin.json");
        String text = Files.readString(file);
        Files.writeString(file, text.replaceFirst("(?s)(\"form\": \"factors\",\\s+\"kept\": \\[\\s+)1", "$10"));

        MergeException fault = failure(folder);

        assertThat(fault.code()).isEqualTo(ErrorCode.MALFORMED);
        assertThat(fault).hasMessageContaining("does not fit twin.json");
    }
}
