package org.modelmerge.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.modelmerge.checkpoint.DType;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;

class ConfigFileTest {
    @ParameterizedTest
    @CsvSource({"F64, float64", "F32, float32", "F16, float16", "BF16, bfloat16"})
    void setsTheDtypeByItsTorchName(DType dtype, String name) throws MergeException {
        assertThat(changed("{\n  \"torch_dtype\": \"auto\"\n}\n", dtype))
                .isEqualTo("{\n  \"torch_dtype\": \"" + name + "\"\n}\n");
    }

    @Test
    void keepsOrderAndFormOfEverythingElse() throws MergeException {
        String config = """
            {
              "architectures": [
                "BertModel"
              ],
              "dtype": "float32",
              "eps": 1e-12,
              "text_config": {
                "torch_dtype": "float32",
                "hidden_size": 768
              },
              "name": "\u00e9 \\u2028",
              "none": null,
              "empty": {},
              "trick": "{\\"dtype\\": \\"float32\\"}, \\\\",
              "list": [{"dtype": "float16"}, "dtype", "x"],
              "scale": 10000.0
            }
            """;

        assertThat(changed(config, DType.BF16)).isEqualTo(config.replace(": \"float32\"", ": \"bfloat16\""));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"a\":1}",
                "{\"dtype\": \"bfloat16\",\n\n\"x\":  1}",
                "{\"torch_dtype\": null}",
                "{\"quantization_config\": {\"dtype\": \"float32\"}}",
                "{\"other\": {\"dtype\": \"float32\"}}"
            })
    void leavesTheBytesAloneWhereNothingChanges(String config) throws MergeException {
        byte[] bytes = config.getBytes(StandardCharsets.UTF_8);

        assertThat(ConfigFile.withDtype(bytes, DType.BF16)).isSameAs(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "{\"dtype\": \"float32\"", "{\"a\": 1, \"a\": 2}", "<html>"})
    void refusesWhatIsNoJsonObject(String config) {
        MergeException refusal = catchThrowableOfType(MergeException.class, () -> changed(config, DType.F32));

        assertThat(refusal.code()).isEqualTo(ErrorCode.MALFORMED);
    }

    @Test
    void knowsOnlyDtypesThatMergesWrite() {
        assertThatIllegalArgumentException().isThrownBy(() -> changed("{}", DType.I8));
    }

    private static String changed(String config, DType dtype) throws MergeException {
        return new String(ConfigFile.withDtype(config.getBytes(StandardCharsets.UTF_8), dtype), StandardCharsets.UTF_8);
    }
}
