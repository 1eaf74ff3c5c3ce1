package org.modelmerge.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.testing.MemoryStorage;
import org.modelmerge.testing.TinyCheckpoint;

class FormatGuessTest {
    /// The start of a file, one character a byte with `~XX` for others, and what the message names.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            ignoreLeadingAndTrailingWhitespace = true,
            value = {
                "PK~03~04~00~00~08~08archive/data.pkl | a PyTorch file",
                "PK~03~04~14~00~00~00weight.npy | a NumPy archive",
                "PK~03~04~14~00~00~00config.json | a zip archive",
                "~80~02~8a~0al~fc~9cF~f9 j~a8P~19.~80~02 | a Python pickle",
                "~80~04~95~1a~00~00~00~00~00~00~00 | a Python pickle",
                "~1f~8b~08~00~00~00~00~00~00~03 | a gzip archive",
                "7z~bc~af'~1c~00~04 | a 7z archive",
                "~fd7zXZ~00~00~04~e6 | an xz archive",
                "(~b5/~fd~04~00~00~00 | a zstd archive",
                "BZh91AY&SY~00 | a bzip2 archive",
                "GGUF~03~00~00~00~01~00 | a GGUF model",
                "lmgg~01~00~00~00~01~00 | a GGML model",
                "tjgg~01~00~00~00~01~00 | a GGML model",
                "~89HDF~0d~0a~1a~0a~00~00 | an HDF5 file",
                "~93NUMPY~01~00v~00{'descr' | a NumPy array",
                "SQLite format 3~00~10~00 | an SQLite database",
                "~08~07~12~07pytorch~1a~051.9.0 | an ONNX model",
                "~08~07~3a~ff~01~0a~05graph~00~00~00~00 | an ONNX model",
                "~81~a6params~83~a5embed~81~a6kernel~00 | a msgpack file",
                "<!DOCTYPE html><html> | a saved web page",
                "~0a  <html lang=en> | a saved web page",
                "<?xml version=1?> | an XML text",
                "version https://git-lfs.github.com/spec/v1~0aoid sha256:00 | a Git LFS pointer",
                "{~0a  'architectures': [] } | a JSON text",
                "name: x~0avalue: y~0a | a text, perhaps YAML",
            })
    void saysWhatAFileLooksLike(String start, String what) {
        MergeException fault = openingOf(bytes(start));

        assertThat(fault.code()).isEqualTo(ErrorCode.UNSUPPORTED_FORMAT);
        assertThat(fault).hasMessageStartingWith("model: not a safetensors file: this looks like " + what);
        assertThat(fault.hint()).isNotBlank();
    }

    @Test
    void saysThatAFileIsATarArchive() {
        byte[] file = new byte[1024];
        System.arraycopy(bytes("ustar~0000"), 0, file, 257, 8);

        assertThat(openingOf(file)).hasMessageContaining("a tar archive");
    }

    @Test
    void saysThatAFileIsEmpty() {
        MergeException fault = openingOf(new byte[0]);

        assertThat(fault.code()).isEqualTo(ErrorCode.UNSUPPORTED_FORMAT);
        assertThat(fault).hasMessage("model: the file is empty (got 0 bytes, expected at least 8)");
    }

    @Test
    void leavesABrokenSafetensorsFileToTheParser() {
        MergeException fault = openingOf(TinyCheckpoint.fileWithHeader("{\"a\":1}", 0));

        assertThat(fault.code()).isEqualTo(ErrorCode.MALFORMED);
        assertThat(fault).hasMessageStartingWith("model: a: invalid JSON at line 1, column 6");
    }

    @ParameterizedTest
    @CsvSource({"~00", "~00~01~02~03~04~05~06~07~08~09~0a~0b~0c~0d~0e~0f~10~11", "~ff~ff~ff~ff~ff~ff~ff~ff~ff"})
    void leavesUnknownBytesToTheParser(String start) {
        assertThat(openingOf(bytes(start)).code()).isEqualTo(ErrorCode.MALFORMED);
    }

    private static MergeException openingOf(byte[] file) {
        MemoryStorage storage = new MemoryStorage().file("model", file);
        MergeException fault =
                catchThrowableOfType(MergeException.class, () -> Checkpoint.open(storage, Path.of("model")));
        assertThat(storage.openCount()).isZero();
        return fault;
    }

    private static byte[] bytes(String start) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < start.length(); i++) {
            if (start.charAt(i) == '~') {
                text.append((char) Integer.parseInt(start, i + 1, i + 3, 16));
                i += 2;
            } else {
                text.append(start.charAt(i));
            }
        }
        return text.toString().getBytes(StandardCharsets.ISO_8859_1);
    }
}
