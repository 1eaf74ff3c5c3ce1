package org.modelmerge.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.modelmerge.checkpoint.Hashes;
import org.modelmerge.checkpoint.LocalStorage;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;

final class ModelNamesTest {
    @TempDir
    Path folder;

    @Test
    void namesModelsByFileOrFolderAndNoTwoAlike() {
        ModelNames names = new ModelNames();

        assertThat(names.next(Path.of("x/pcb.safetensors"))).isEqualTo("pcb");
        assertThat(names.next(Path.of("y/pcb.safetensors"))).isEqualTo("pcb-2");
        assertThat(names.next(Path.of("x/merged/"))).isEqualTo("merged");
        assertThat(names.next(Path.of("x/sharded/model.safetensors.index.json")))
                .isEqualTo("sharded");
        assertThat(names.next(Path.of("x/../merged"))).isEqualTo("merged-2");
        assertThat(names.next(Path.of("/"))).isEqualTo("model");
    }

    private String hash(Path model) throws MergeException {
        return ModelHash.of(LocalStorage.INSTANCE, model);
    }

    @Test
    void hashesOneFileAsItIs() throws Exception {
        Path file = Files.writeString(folder.resolve("model.safetensors"), "abc");
        Files.writeString(folder.resolve("config.json"), "{}");

        // SHA-256 of "abc", from the standard.
        assertThat(hash(file)).isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assertThat(hash(folder)).isEqualTo(hash(file));
    }

    @Test
    void hashesShardsAsSha256sumDoes() throws Exception {
        Files.writeString(folder.resolve("b.safetensors"), "abc");
        Files.writeString(folder.resolve("a.safetensors"), "");
        Path index = Files.writeString(folder.resolve("model.safetensors.index.json"), "{}");
        String lines = """
            e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  a.safetensors
            ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  b.safetensors
            """;

        assertThat(hash(folder)).isEqualTo(Hashes.of(lines.getBytes(StandardCharsets.UTF_8)));
        assertThat(hash(index)).isEqualTo(hash(folder));
    }

    @Test
    void saysThatAFolderHoldsNoModel() {
        MergeException refused = catchThrowableOfType(MergeException.class, () -> hash(folder));

        assertThat(refused.code()).isEqualTo(ErrorCode.NOT_FOUND);
    }
}
