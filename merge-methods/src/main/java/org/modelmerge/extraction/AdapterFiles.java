package org.modelmerge.extraction;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.modelmerge.checkpoint.CheckpointLayout;
import org.modelmerge.checkpoint.DType;
import org.modelmerge.checkpoint.Hashes;
import org.modelmerge.checkpoint.OutputTensor;
import org.modelmerge.checkpoint.ShardLayout;
import org.modelmerge.checkpoint.ShardSink;
import org.modelmerge.checkpoint.SliceEncoder;
import org.modelmerge.checkpoint.Storage;
import org.modelmerge.checkpoint.TensorInfo;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.json.JsonWriter;
import org.modelmerge.lora.AdapterConfig;
import org.modelmerge.lora.LoraAdapter;

/// The files of an adapter folder while it is written.
final class AdapterFiles implements AutoCloseable {
    private static final int WINDOW = 1 << 16;
    private static final int BUFFER_BYTES = 1 << 20;

    private final Storage storage;
    private final Path folder;
    private final DType dtype;
    private final ShardLayout layout;
    private final Map<String, TensorInfo> places = new HashMap<>();
    private final ShardSink sink;
    private final SliceEncoder encoder = new SliceEncoder(WINDOW);
    private float[] window = new float[0];
    private long configBytes;

    /// Creates the file of factors and writes its header.
    ///
    /// @param folder an empty folder
    AdapterFiles(Storage storage, Path folder, List<ModuleFactors> modules, DType dtype) throws MergeException {
        this.storage = storage;
        this.folder = folder;
        this.dtype = dtype;
        List<OutputTensor> outputs = new ArrayList<>();
        modules.forEach(module -> outputs.addAll(module.outputs(dtype)));
        layout = CheckpointLayout.of(outputs, Map.of("format", "pt"), Long.MAX_VALUE)
                .shards()
                .getFirst();
        layout.tensors().forEach(tensor -> places.put(tensor.name(), tensor));
        sink = storage.create(folder.resolve(LoraAdapter.FILE_NAME));
        sink.write(layout.header(), 0);
    }

    /// Writes a module's factors.
    ///
    /// @param split becomes what reads back from the file
    void write(ModuleFactors module, ModuleFactors.Split split) throws MergeException {
        List<OutputTensor> outputs = module.outputs(dtype);
        round(split.left(), outputs.getLast().name());
        round(split.right(), outputs.getFirst().name());
        write(module.a(split), outputs.getFirst().name());
        write(module.b(split), outputs.getLast().name());
    }

    private void round(float[] values, String name) throws MergeException {
        for (int done = 0; done < values.length; done += WINDOW) {
            window(values, done);
            encoder.encode(window, dtype, window);
            if (encoder.firstNonFinite() >= 0) {
                throw MergeException.of(
                                ErrorCode.OVERFLOW,
                                "a factor does not fit its dtype (got more than " + dtype + " holds)")
                        .atTensor(name)
                        .withHint("pass --dtype f32");
            }
            System.arraycopy(window, 0, values, done, window.length);
        }
    }

    private void write(float[] values, String name) throws MergeException {
        TensorInfo place = places.get(name);
        if (place == null) {
            throw new IllegalStateException("no place for " + name);
        }
        long offset = layout.dataStart() + place.begin();
        for (int done = 0; done < values.length; done += WINDOW) {
            window(values, done);
            sink.write(encoder.encode(window, dtype, window), offset + (long) done * dtype.bytes());
        }
    }

    private void window(float[] values, int from) {
        int count = Math.min(WINDOW, values.length - from);
        if (window.length != count) {
            window = new float[count];
        }
        System.arraycopy(values, from, window, 0, window.length);
    }

    /// Completes the file of factors and writes the configuration.
    ///
    /// @return file name to SHA-256
    Map<String, String> finish(List<ModuleFactors> modules, int rank, String base) throws MergeException {
        Map<String, String> sha256 = new LinkedHashMap<>();
        sha256.put(LoraAdapter.FILE_NAME, hash());
        sink.force(layout.fileSize());
        StringBuilder text = new StringBuilder();
        JsonWriter.pretty(text).value(config(modules, rank, base));
        byte[] json = text.append('\n').toString().getBytes(StandardCharsets.UTF_8);
        try (ShardSink file = storage.create(folder.resolve(AdapterConfig.FILE_NAME))) {
            file.write(ByteBuffer.wrap(json), 0);
            file.force(json.length);
        }
        configBytes = json.length;
        sha256.put(AdapterConfig.FILE_NAME, Hashes.of(json));
        return sha256;
    }

    /// Bytes of both files, once they are finished.
    long bytesWritten() {
        return layout.fileSize() + configBytes;
    }

    private String hash() throws MergeException {
        MessageDigest digest = Hashes.sha256();
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
        for (long done = 0; done < layout.fileSize(); done += buffer.limit()) {
            buffer.clear().limit((int) Math.min(BUFFER_BYTES, layout.fileSize() - done));
            sink.read(buffer, done);
            digest.update(buffer.flip());
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /// What peft needs to know. `lora_alpha` equals the rank, so nothing is scaled.
    private static Map<String, Object> config(List<ModuleFactors> modules, int rank, String base) {
        Map<String, Object> smaller = new LinkedHashMap<>();
        for (ModuleFactors module : modules) {
            if (module.rank() != rank) {
                smaller.put("^" + module.module().replaceAll("[^A-Za-z0-9_-]", "\\\\$0"), module.rank());
            }
        }
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("alpha_pattern", smaller);
        config.put("base_model_name_or_path", base);
        config.put("bias", "none");
        config.put("fan_in_fan_out", false);
        config.put("inference_mode", true);
        config.put("init_lora_weights", true);
        config.put("lora_alpha", rank);
        config.put("lora_dropout", 0.0);
        config.put("modules_to_save", null);
        config.put("peft_type", "LORA");
        config.put("r", rank);
        config.put("rank_pattern", smaller);
        config.put("target_modules", modules.stream().map(ModuleFactors::module).toList());
        config.put("task_type", null);
        config.put("use_dora", false);
        config.put("use_rslora", false);
        return config;
    }

    @Override
    public void close() {
        sink.close();
    }
}
