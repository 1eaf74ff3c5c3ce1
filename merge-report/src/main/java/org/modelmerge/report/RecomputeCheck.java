package org.modelmerge.report;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.modelmerge.catalog.MethodCatalog;
import org.modelmerge.catalog.MethodEntry.Parameter;
import org.modelmerge.checkpoint.Checkpoint;
import org.modelmerge.checkpoint.Hashes;
import org.modelmerge.checkpoint.Shard;
import org.modelmerge.checkpoint.Storage;
import org.modelmerge.engine.MergeJob;
import org.modelmerge.engine.MergeObserver;
import org.modelmerge.engine.MergePlan;
import org.modelmerge.engine.MergeRequest;
import org.modelmerge.engine.Recomputation;
import org.modelmerge.engine.RecordedMerge;
import org.modelmerge.engine.Version;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.error.Printable;
import org.modelmerge.json.JsonWriter;
import org.modelmerge.json.StrictJson;

/// Merges a sample again, as the output's header says it was made, and compares headers and bytes.
final class RecomputeCheck {
    private final Verification.Order order;
    private final Verification.Sample sample;
    private final Checkpoint output;
    private final ReportReader.@Nullable Contents report;

    /// @param order with inputs that are those of the output's header
    RecomputeCheck(
            Verification.Order order,
            Verification.Sample sample,
            Checkpoint output,
            ReportReader.@Nullable Contents report) {
        this.order = order;
        this.sample = sample;
        this.output = output;
        this.report = report;
    }

    List<Finding> findings(MergeObserver observer) throws MergeException {
        try {
            RecordedMerge recorded = RecordedMerge.of(output.metadata());
            if (recorded == null) {
                return unchecked("its header does not say how it was made");
            }
            if (!recorded.version().equals(Version.text())) {
                return unchecked("it was made by version " + recorded.version() + ", this is " + Version.text());
            }
            Map<String, Object> parameters = parameters(recorded);
            return parameters == null
                    ? unchecked("neither the report nor the folder has the tables whose hashes its header names")
                    : compare(recorded, parameters, observer);
        } catch (MergeException e) {
            // The inputs were read before, so what is malformed or does not fit now is what the header claims.
            if (e.code().exitCode() > ErrorCode.MISMATCH.exitCode() || e.code() == ErrorCode.INTERNAL) {
                throw e;
            }
            return List.of(Finding.fails(output.path(), "cannot be made as its header says: " + e.getMessage()));
        }
    }

    private List<Finding> compare(RecordedMerge recorded, Map<String, Object> parameters, MergeObserver observer)
            throws MergeException {
        String singleFile =
                output.folder() == null ? String.valueOf(Path.of(output.path()).getFileName()) : null;
        MergeRequest request = recorded.request(
                        MethodCatalog.create(recorded.method(), parameters),
                        order.inputs().getFirst(),
                        order.inputs().subList(1, order.inputs().size()),
                        singleFile)
                .withLimits(sample.limits())
                .withStorage(order.storage());
        try (MergeJob job = MergeJob.open(request)) {
            List<String> names =
                    job.plan().inputs().stream().map(MergePlan.Input::name).toList();
            if (!names.equals(recorded.inputNames())) {
                return unchecked("its inputs have other names now (got " + String.join(", ", names) + ", expected "
                        + String.join(", ", recorded.inputNames()) + ")");
            }
            List<Finding> findings = new ArrayList<>(headers(job.plan()));
            findings.add(values(job.recompute(output, sample.share(), sample.seed(), observer)));
            return findings;
        }
    }

    private Finding values(Recomputation recomputed) {
        Recomputation.Difference difference = recomputed.difference();
        if (difference != null) {
            return Finding.fails(
                    difference.file(),
                    difference.tensor() + ": recomputed bytes differ, first at offset " + difference.offset());
        }
        return Finding.holds(
                output.path(),
                String.format(
                        Locale.ROOT,
                        "recomputed %,d bytes, %d of %d parts: equal",
                        recomputed.checkedBytes(),
                        recomputed.checkedCount(),
                        recomputed.unitCount()));
    }

    private List<Finding> headers(MergePlan plan) throws MergeException {
        List<Finding> findings = new ArrayList<>();
        for (int k = 0; k < Math.min(plan.outputs().size(), output.shards().size()); k++) {
            Shard shard = output.shards().get(k);
            byte[] text = plan.outputs().get(k).header().getBytes(StandardCharsets.UTF_8);
            ByteBuffer expected = ByteBuffer.allocate(Long.BYTES + text.length).order(ByteOrder.LITTLE_ENDIAN);
            expected.putLong(text.length).put(text).flip();
            ByteBuffer stored = ByteBuffer.allocate((int) shard.header().dataStart());
            try {
                shard.source().read(stored, 0);
            } catch (MergeException e) {
                throw e.inFile(shard.name());
            }
            int at = expected.mismatch(stored.flip());
            findings.add(
                    at < 0
                            ? Finding.holds(shard.name(), "recomputed header: equal")
                            : Finding.fails(shard.name(), "recomputed header differs, first at offset " + at));
        }
        return findings;
    }

    /// The parameters with their tables.
    ///
    /// @return null if a table is not at hand
    /// @throws MergeException if a parameter names a file: a header is not to choose what is read
    private @Nullable Map<String, Object> parameters(RecordedMerge recorded) throws MergeException {
        Map<String, Object> parameters = new LinkedHashMap<>(recorded.parameters());
        Map<String, String> hashes = recorded.tableHashes();
        for (Parameter parameter : MethodCatalog.entry(recorded.method()).parameters()) {
            Object value = parameters.get(parameter.name());
            if (parameter.isFile() && value != null && !hashes.containsKey(parameter.name())) {
                throw MergeException.of(
                        ErrorCode.MALFORMED,
                        "parameter " + parameter.name() + " is no hash (got " + Printable.text(value.toString())
                                + ", expected sha256:...)");
            }
        }
        for (Map.Entry<String, String> hash : hashes.entrySet()) {
            Object table = table(hash.getKey(), hash.getValue());
            if (table == null) {
                return null;
            }
            parameters.put(hash.getKey(), table);
        }
        return parameters;
    }

    private @Nullable Object table(String parameter, String hash) throws MergeException {
        Object reported = report == null ? null : report.parameters().get(parameter);
        if (reported != null
                && Hashes.of(JsonWriter.write(reported).getBytes(StandardCharsets.UTF_8))
                        .equals(hash)) {
            return reported;
        }
        Path folder = output.folder();
        Path file = folder == null ? null : folder.resolve(SafeName.of(Recipe.tableFile(parameter), folder));
        if (file == null || order.storage().kind(file) != Storage.Kind.FILE) {
            return null;
        }
        byte[] bytes = SideFiles.read(order.storage(), file);
        return Hashes.of(bytes).equals(hash) ? StrictJson.parse(bytes) : null;
    }

    private List<Finding> unchecked(String reason) {
        return List.of(Finding.unchecked(output.path(), "values not recomputed: " + reason));
    }
}
