package org.modelmerge.golden;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.modelmerge.checkpoint.Checkpoint;
import org.modelmerge.checkpoint.LocalStorage;
import org.modelmerge.checkpoint.SliceReader;
import org.modelmerge.checkpoint.StoredTensor;
import org.modelmerge.error.MergeException;
import org.modelmerge.json.StrictJson;

/// One folder of outputs of the authors' code.
///
/// @param folder holds `base.safetensors`, `ft_<i>.safetensors` and the expected files
/// @param tasks number of experts
/// @param rows what was computed
record GoldenCase(Path folder, int tasks, List<Row> rows) {
    /// One call of the authors' code.
    ///
    /// @param method the golden set's name of the method
    /// @param fields the row as it stands in `case.json`
    record Row(String method, Map<?, ?> fields) {
        Object param(String name) {
            return Objects.requireNonNull(((Map<?, ?>) Objects.requireNonNull(fields.get("params"))).get(name), name);
        }

        boolean hasParam(String name) {
            return fields.get("params") instanceof Map<?, ?> params && params.containsKey(name);
        }

        String file(String field) {
            return (String) Objects.requireNonNull(fields.get(field), field);
        }

        boolean hasNan() {
            return fields.get("nan_count") instanceof Long count && count > 0;
        }

        @Override
        public String toString() {
            return method + " " + fields.get("params");
        }
    }

    static List<GoldenCase> all() throws IOException, URISyntaxException, MergeException {
        Path root = Path.of(
                Objects.requireNonNull(GoldenCase.class.getResource("/golden")).toURI());
        List<GoldenCase> cases = new ArrayList<>();
        try (Stream<Path> folders = Files.list(root).filter(Files::isDirectory).sorted()) {
            for (Path folder : folders.toList()) {
                Map<?, ?> json = (Map<?, ?>)
                        Objects.requireNonNull(StrictJson.parse(Files.readAllBytes(folder.resolve("case.json"))));
                List<Row> rows = new ArrayList<>();
                for (Object row : (List<?>) Objects.requireNonNull(json.get("expected"))) {
                    Map<?, ?> fields = (Map<?, ?>) row;
                    rows.add(new Row((String) Objects.requireNonNull(fields.get("method")), fields));
                }
                int tasks = ((Long) Objects.requireNonNull(json.get("n_tasks"))).intValue();
                cases.add(new GoldenCase(folder, tasks, rows));
            }
        }
        return cases;
    }

    Path base() {
        return folder.resolve("base.safetensors");
    }

    List<Path> experts() {
        return Stream.iterate(0, i -> i + 1)
                .limit(tasks)
                .map(i -> folder.resolve("ft_" + i + ".safetensors"))
                .toList();
    }

    /// All float tensors of a file, as float32.
    static Map<String, float[]> floats(Path file) throws MergeException {
        Map<String, float[]> tensors = new LinkedHashMap<>();
        try (Checkpoint checkpoint = Checkpoint.open(LocalStorage.INSTANCE, file)) {
            for (StoredTensor tensor : checkpoint.tensors().values()) {
                if (tensor.info().dtype().isFloat()) {
                    float[] values = new float[(int) tensor.info().elementCount()];
                    new SliceReader(Math.max(1, values.length))
                            .readFloats(tensor.shard().source(), tensor.info().dtype(), tensor.fileOffset(), values);
                    tensors.put(tensor.info().name(), values);
                }
            }
        }
        return tensors;
    }

    @Override
    public String toString() {
        return folder.getFileName().toString();
    }
}
