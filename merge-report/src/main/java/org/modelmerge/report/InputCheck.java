package org.modelmerge.report;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.modelmerge.checkpoint.Checkpoint;
import org.modelmerge.checkpoint.Shard;
import org.modelmerge.checkpoint.Storage;
import org.modelmerge.engine.Experts;
import org.modelmerge.engine.Provenance;
import org.modelmerge.error.MergeException;
import org.modelmerge.json.StrictJson;

/// Compares inputs with what the output's header says of them: size, and SHA-256 of the headers.
final class InputCheck {
    private final Storage storage;
    private final List<Path> inputs;
    private final Checkpoint output;

    private final ReportReader.@Nullable Contents report;
    private final FileHasher hasher;

    /// @param report the output's report, null without one
    InputCheck(Verification.Order order, Checkpoint output, ReportReader.@Nullable Contents report, FileHasher hasher) {
        this.storage = order.storage();
        this.inputs = order.inputs();
        this.output = output;
        this.report = report;
        this.hasher = hasher;
    }

    List<Finding> findings() throws MergeException {
        String claim = output.metadata().get(Provenance.INPUTS);
        if (claim == null) {
            return List.of(Finding.unchecked(output.path(), "its header says nothing of inputs"));
        }
        if (!(parse(claim) instanceof List<?> described)) {
            return List.of(Finding.fails(output.path(), "what its header says of inputs is no list"));
        }
        if (inputs.isEmpty()) {
            return List.of(Finding.unchecked(
                    output.path(), described.size() + " inputs, which were not given to compare with"));
        }
        if (inputs.size() != described.size()) {
            return List.of(Finding.fails(
                    output.path(), "inputs: got " + inputs.size() + " models, expected " + described.size()));
        }
        List<Finding> findings = new ArrayList<>();
        try (Checkpoint base = Checkpoint.open(storage, inputs.getFirst())) {
            findings.addAll(ofInput(base, described.getFirst(), 0));
            for (int i = 1; i < inputs.size(); i++) {
                try (Checkpoint expert = Experts.open(storage, inputs.get(i), base)) {
                    findings.addAll(ofInput(expert, described.get(i), i));
                }
            }
        }
        return findings;
    }

    private List<Finding> ofInput(Checkpoint input, @Nullable Object described, int number) throws MergeException {
        List<Finding> findings = new ArrayList<>();
        findings.add(headers(input, described));
        findings.addAll(bytes(input, number));
        return findings;
    }

    private Object parse(String claim) {
        try {
            Object tree = StrictJson.parse(claim.getBytes(StandardCharsets.UTF_8));
            return tree == null ? "" : tree;
        } catch (MergeException _) {
            // A claim that cannot be read does not hold; the caller says so.
            return "";
        }
    }

    private static Finding headers(Checkpoint input, @Nullable Object described) {
        if (!(described instanceof Map<?, ?> claims)) {
            return Finding.fails(input.path(), "the output's header does not describe it");
        }
        Finding size = Finding.compare(input.path(), "size", input.sizeBytes(), claim(claims, "size"));
        return size.answer() == Finding.Answer.FAILS
                ? size
                : Finding.compare(input.path(), "header SHA-256", input.headerSha256(), claim(claims, "headerSha256"));
    }

    /// Whole files, where the merge had hashed its inputs.
    private List<Finding> bytes(Checkpoint input, int number) throws MergeException {
        Map<String, String> hashes = report == null || report.inputs().size() != inputs.size()
                ? Map.of()
                : report.inputs().get(number).sha256();
        if (hashes.isEmpty()) {
            return List.of(Finding.unchecked(
                    input.path(), "values: the report has no hash of the whole input (--hash-inputs)"));
        }
        List<Finding> findings = new ArrayList<>();
        for (Shard shard : input.shards()) {
            Path file = Path.of(shard.name());
            String expected = input.shards().size() == 1 && hashes.size() == 1
                    ? hashes.values().iterator().next()
                    : hashes.getOrDefault(String.valueOf(file.getFileName()), "nothing");
            findings.add(Finding.compare(shard.name(), "SHA-256", hasher.sha256(file), expected));
        }
        return findings;
    }

    private static Object claim(Map<?, ?> claims, String name) {
        Object value = claims.get(name);
        return value == null ? "nothing" : value;
    }
}
