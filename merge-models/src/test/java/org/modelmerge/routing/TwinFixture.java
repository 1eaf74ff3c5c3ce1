package org.modelmerge.routing;

import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import org.modelmerge.checkpoint.Checkpoint;
import org.modelmerge.checkpoint.Hashes;
import org.modelmerge.checkpoint.Shape;
import org.modelmerge.error.MergeException;
import org.modelmerge.json.JsonWriter;
import org.modelmerge.network.ArrayWeights;
import org.modelmerge.network.WeightSource;
import org.modelmerge.testing.TinyCheckpoint;

/// Writes a Twin folder of random exclusive experts, and remembers each whole: the oracle for everything that mixes
/// them.
public final class TwinFixture {
    /// The names of the experts.
    public static final List<String> TASKS = List.of("a", "b", "c");

    private final Random random = new Random(5);
    private final int[] ranks;
    private final List<String> tasks;
    private final boolean factored;
    private final boolean oracleBiases;
    private final Map<String, Shape> shapes = new LinkedHashMap<>();
    private final Map<String, float[]> shared = new LinkedHashMap<>();
    private final List<Map<String, float[]>> experts = new ArrayList<>();

    /// Three experts with ranks 2, 0 (which is legal) and 3.
    ///
    /// @param factored whether matrices are stored as factors, else as single elements
    /// @param oracleBiases whether biases are the true task's
    public TwinFixture(boolean factored, boolean oracleBiases) {
        this(TASKS, new int[] {2, 0, 3}, factored, oracleBiases);
    }

    /// As many experts as there are ranks.
    public TwinFixture(List<String> tasks, int[] ranks, boolean factored, boolean oracleBiases) {
        this.tasks = tasks;
        this.ranks = ranks;
        this.factored = factored;
        this.oracleBiases = oracleBiases;
        tasks.forEach(_ -> experts.add(new LinkedHashMap<>()));
    }

    /// Writes the folder.
    ///
    /// @param tensors those of a network
    public void write(Path folder, WeightSource source, Map<String, Shape> tensors) throws IOException, MergeException {
        Files.createDirectories(folder);
        List<TinyCheckpoint> files =
                tasks.stream().map(_ -> new TinyCheckpoint()).toList();
        TinyCheckpoint sharedFile = new TinyCheckpoint();
        List<Map<String, Object>> listed = new ArrayList<>();
        for (Map.Entry<String, Shape> tensor : tensors.entrySet()) {
            String name = tensor.getKey();
            Shape shape = tensor.getValue();
            float[] values = new float[(int) shape.elementCount()];
            source.read(name, FloatBuffer.wrap(values));
            shapes.put(name, shape);
            shared.put(name, values);
            sharedFile.floats(name, shape, values);
            String form = form(name, shape);
            List<Long> kept = new ArrayList<>();
            for (int i = 0; i < tasks.size(); i++) {
                kept.add(add(files.get(i), experts.get(i), i, name, shape, form));
            }
            listed.add(entry(name, shape, form, kept));
        }
        Map<String, Object> manifest = new LinkedHashMap<>();
        manifest.put("schema", 1);
        manifest.put("version", "test");
        manifest.put("parameters", Map.of());
        manifest.put("settings", Map.of());
        manifest.put("base", inputOf("base"));
        manifest.put("shared", part(folder, "shared.safetensors", sharedFile));
        List<Map<String, Object>> parts = new ArrayList<>();
        for (int i = 0; i < tasks.size(); i++) {
            Map<String, Object> expert = new LinkedHashMap<>();
            expert.put("task", tasks.get(i));
            expert.put("source", inputOf(tasks.get(i)));
            expert.putAll(part(folder, "expert_" + tasks.get(i) + ".safetensors", files.get(i)));
            parts.add(expert);
        }
        manifest.put("experts", parts);
        manifest.put("tensors", listed);
        Files.writeString(folder.resolve("twin.json"), JsonWriter.write(manifest));
    }

    private String form(String name, Shape shape) {
        if (oracleBiases && name.contains("bias")) {
            return "oracle";
        }
        return shape.rank() < 2 ? "dense" : factored ? "factors" : "sparse";
    }

    /// @return what is kept: the rank or the number of elements
    private long add(
            TinyCheckpoint file, Map<String, float[]> expert, int task, String name, Shape shape, String form) {
        int elements = (int) shape.elementCount();
        float[] whole = new float[elements];
        expert.put(name, whole);
        if (form.equals("factors")) {
            return addFactors(file, whole, task, name, shape);
        }
        if (form.equals("sparse")) {
            TreeSet<Integer> chosen = new TreeSet<>();
            for (int k = 0; k < Math.max(1, elements / 5); k++) {
                chosen.add(random.nextInt(elements));
            }
            chosen.forEach(j -> whole[j] = gaussian());
            long[] index = chosen.stream().mapToLong(Integer::longValue).toArray();
            float[] values = new float[index.length];
            for (int k = 0; k < index.length; k++) {
                values[k] = whole[(int) index[k]];
            }
            file.longs(name + ".idx", Shape.of(index.length), index);
            file.floats(name + ".val", Shape.of(index.length), values);
            return index.length;
        }
        for (int j = 0; j < elements; j++) {
            // A variance must stay positive.
            whole[j] = name.contains("running_var") ? Math.abs(gaussian()) : gaussian();
        }
        file.floats(name + ".dense", shape, whole);
        return elements;
    }

    private long addFactors(TinyCheckpoint file, float[] whole, int task, String name, Shape shape) {
        int rows = (int) shape.size(0);
        int columns = whole.length / rows;
        int rank = Math.min(ranks[task], Math.min(rows, columns));
        float[] u = new float[rows * rank];
        float[] vt = new float[rank * columns];
        for (int k = 0; k < u.length; k++) {
            u[k] = gaussian();
        }
        for (int k = 0; k < vt.length; k++) {
            vt[k] = (float) random.nextGaussian();
        }
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                double sum = 0;
                for (int k = 0; k < rank; k++) {
                    sum += (double) u[i * rank + k] * vt[k * columns + j];
                }
                whole[i * columns + j] = (float) sum;
            }
        }
        file.floats(name + ".U", Shape.of(rows, rank), u);
        file.floats(name + ".Vt", Shape.of(rank, columns), vt);
        return rank;
    }

    private float gaussian() {
        return 0.1f * (float) random.nextGaussian();
    }

    /// The model for one set of weights, added in double: what dynamic inference must agree with.
    ///
    /// @param trueTask for biases of the true task
    public WeightSource composed(float[] weights, int trueTask) {
        ArrayWeights composed = new ArrayWeights("composed");
        shared.forEach((name, values) -> {
            float[] sum = new float[values.length];
            for (int j = 0; j < sum.length; j++) {
                double element = values[j];
                for (int i = 0; i < weights.length; i++) {
                    boolean isOracle = oracleBiases && name.contains("bias");
                    double weight = isOracle ? (i == trueTask ? 1 : 0) : weights[i];
                    element += weight * experts.get(i).get(name)[j];
                }
                sum[j] = (float) element;
            }
            composed.put(name, shapes.get(name), sum);
        });
        return composed;
    }

    private static Map<String, Object> entry(String name, Shape shape, String form, List<Long> kept) {
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("name", name);
        entry.put("shape", Arrays.stream(shape.sizes()).boxed().toList());
        entry.put("form", form);
        entry.put("kept", kept);
        entry.put("norms", kept.stream().map(_ -> 1.0).toList());
        entry.put("energyKept", kept.stream().map(_ -> 1.0).toList());
        return entry;
    }

    private static Map<String, Object> inputOf(String name) {
        return Map.of("name", name, "size", 1, "headerSha256", "0".repeat(64));
    }

    private static Map<String, Object> part(Path folder, String name, TinyCheckpoint file)
            throws IOException, MergeException {
        Path written = file.write(folder.resolve(name));
        String hash = HexFormat.of().formatHex(Hashes.sha256().digest(Files.readAllBytes(written)));
        try (Checkpoint checkpoint = Checkpoint.open(written)) {
            return Map.of(
                    "file",
                    name,
                    "size",
                    Files.size(written),
                    "headerSha256",
                    checkpoint.headerSha256(),
                    "sha256",
                    hash);
        }
    }
}
