package org.modelmerge.lora;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.error.Printable;
import org.modelmerge.json.StrictJson;

/// `adapter_config.json`: what scales the factors of a LoRA adapter.
///
/// Settings that choose what was trained, or how, do not matter once the tensors are there, and are ignored. A setting
/// that would change what the tensors mean is refused by name, also one that this version does not know: DoRA,
/// replicated layers, starts that change the base (PiSSA and others).
///
/// Source: Hu et al., "LoRA", 2021, arXiv:2106.09685; `LoraConfig` of peft 0.21.2. `use_rslora`: Kalajdzievski, 2023,
/// arXiv:2312.03732.
public final class AdapterConfig {
    /// The file's name.
    public static final String FILE_NAME = "adapter_config.json";

    private static final String TYPE = "LORA";

    /// What was trained and how; and settings of other settings that are refused themselves.
    private static final Set<String> IGNORED = Set.of(
            "auto_mapping",
            "bias",
            "corda_config",
            "ensure_weight_tying",
            "eva_config",
            "exclude_modules",
            "inference_mode",
            "layers_pattern",
            "layers_to_transform",
            "loftq_config",
            "lora_dropout",
            "lora_ga_config",
            "megatron_core",
            "merge_weights",
            "modules_to_save",
            "peft_version",
            "qalora_group_size",
            "revision",
            "runtime_config",
            "target_modules",
            "task_type");

    private static final Set<String> READ = Set.of(
            "alpha_pattern",
            "base_model_name_or_path",
            "fan_in_fan_out",
            "init_lora_weights",
            "lora_alpha",
            "lora_bias",
            "peft_type",
            "r",
            "rank_pattern",
            "use_rslora");

    /// Starts that leave the base as it is.
    private static final Set<Object> STARTS = Set.of(true, false, "gaussian", "eva", "orthogonal", "mica");

    private final int rank;
    private final double alpha;
    private final ModulePatterns ranks;
    private final ModulePatterns alphas;
    private final boolean rankStabilised;
    private final boolean fanInFanOut;
    private final boolean loraBias;
    private final @Nullable String baseModel;

    private AdapterConfig(Map<?, ?> json) throws MergeException {
        this.rank = count("r", json.get("r"));
        this.alpha = number("lora_alpha", json.get("lora_alpha"));
        this.ranks = patterns("rank_pattern", json, true);
        this.alphas = patterns("alpha_pattern", json, false);
        this.rankStabilised = flag("use_rslora", json);
        this.fanInFanOut = flag("fan_in_fan_out", json);
        this.loraBias = flag("lora_bias", json);
        this.baseModel = json.get("base_model_name_or_path") instanceof String name ? name : null;
    }

    /// Reads the file's text.
    ///
    /// @throws MergeException `MALFORMED`, or `UNSUPPORTED_FORMAT` for an adapter of another kind; without the file
    public static AdapterConfig parse(byte[] utf8) throws MergeException {
        if (!(StrictJson.parse(utf8) instanceof Map<?, ?> json)) {
            throw MergeException.of(ErrorCode.MALFORMED, "the adapter's configuration is no JSON object");
        }
        Object type = json.get("peft_type");
        if (!TYPE.equals(type)) {
            throw MergeException.of(
                    ErrorCode.UNSUPPORTED_FORMAT,
                    "adapters of this type are not supported (got peft_type " + shown(type) + ", expected " + TYPE
                            + ")");
        }
        refuseUnsupported(json);
        return new AdapterConfig(json);
    }

    private static void refuseUnsupported(Map<?, ?> json) throws MergeException {
        Object start = json.get("init_lora_weights");
        if (start != null && !STARTS.contains(start)) {
            throw MergeException.of(
                            ErrorCode.UNSUPPORTED_FORMAT,
                            "the adapter changed its base when it started, so it does not fit the base as it is (got"
                                    + " init_lora_weights " + shown(start) + ", expected true)")
                    .withHint("convert it to plain LoRA: save_pretrained of the peft library with"
                            + " path_initial_model_for_weight_conversion");
        }
        List<String> unsupported = new ArrayList<>();
        json.forEach((key, value) -> {
            String name = String.valueOf(key);
            if (!IGNORED.contains(name) && !READ.contains(name) && !isNothing(value)) {
                unsupported.add(Printable.text(name) + " " + shown(value));
            }
        });
        if (!unsupported.isEmpty()) {
            throw MergeException.of(
                    ErrorCode.UNSUPPORTED_FORMAT,
                    "the adapter is more than plain LoRA (got " + String.join(", ", unsupported)
                            + ", expected no such setting)");
        }
    }

    private static boolean isNothing(@Nullable Object value) {
        return value == null
                || value.equals(false)
                || (value instanceof Map<?, ?> map && map.isEmpty())
                || (value instanceof List<?> list && list.isEmpty());
    }

    /// The rank of the factors of a module.
    ///
    /// @param module its name in the model that was trained
    /// @throws MergeException `MALFORMED` for a pattern that takes too long
    public int rank(String module) throws MergeException {
        Double own = ranks.find(module);
        return own == null ? rank : own.intValue();
    }

    /// The factor of B A: `alpha / r`, or `alpha / sqrt(r)` if rank-stabilised.
    ///
    /// @param module its name in the model that was trained
    /// @throws MergeException `MALFORMED` for a pattern that takes too long
    public double scaling(String module) throws MergeException {
        Double own = alphas.find(module);
        double numerator = own == null ? alpha : own;
        int r = rank(module);
        return numerator / (rankStabilised ? Math.sqrt(r) : r);
    }

    /// Whether square weights are stored as [in, out].
    public boolean fanInFanOut() {
        return fanInFanOut;
    }

    /// Whether the factors B have biases.
    public boolean loraBias() {
        return loraBias;
    }

    /// The name of the model that was trained, as its author's machine knew it, or null.
    public @Nullable String baseModel() {
        return baseModel;
    }

    private static ModulePatterns patterns(String setting, Map<?, ?> json, boolean counts) throws MergeException {
        Object value = json.get(setting);
        Map<String, Double> values = new LinkedHashMap<>();
        if (value instanceof Map<?, ?> map) {
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                String place = setting + "." + entry.getKey();
                values.put(
                        String.valueOf(entry.getKey()),
                        counts ? count(place, entry.getValue()) : number(place, entry.getValue()));
            }
        } else if (value != null) {
            throw wrong(setting, value, "an object");
        }
        return ModulePatterns.of(setting, values);
    }

    private static int count(String setting, @Nullable Object value) throws MergeException {
        if (value instanceof Long number && number >= 1 && number <= Integer.MAX_VALUE) {
            return number.intValue();
        }
        throw wrong(setting, value, "an integer from 1");
    }

    private static double number(String setting, @Nullable Object value) throws MergeException {
        if (value instanceof Number number && Float.isFinite(number.floatValue())) {
            return number.doubleValue();
        }
        throw wrong(setting, value, "a finite number");
    }

    private static boolean flag(String setting, Map<?, ?> json) throws MergeException {
        Object value = json.get(setting);
        if (value == null || value instanceof Boolean) {
            return Boolean.TRUE.equals(value);
        }
        throw wrong(setting, value, "true or false");
    }

    private static MergeException wrong(String setting, @Nullable Object value, String expected) {
        return MergeException.of(
                ErrorCode.MALFORMED,
                Printable.text(setting) + " is wrong (got " + shown(value) + ", expected " + expected + ")");
    }

    private static String shown(@Nullable Object value) {
        return value == null ? "nothing" : Printable.text(String.valueOf(value));
    }
}
