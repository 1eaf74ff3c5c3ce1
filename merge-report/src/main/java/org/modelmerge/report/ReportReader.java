package org.modelmerge.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.json.StrictJson;
import org.modelmerge.report.MergeReport.Input;
import org.modelmerge.yaml.Tree;

/// Reads back from a report what verifying needs.
public final class ReportReader {
    private ReportReader() {}

    /// What a report says about files and how to make them again.
    ///
    /// @param output last path component
    /// @param method name in the catalogue
    /// @param parameters effective values by option name
    /// @param settings other choices by option name
    /// @param inputs base first, then the experts in task order
    /// @param sha256 output file name to hex
    public record Contents(
            String output,
            String method,
            Map<String, Object> parameters,
            Map<String, Object> settings,
            List<Input> inputs,
            Map<String, String> sha256) {}

    /// The contents of a JSON report. Fields that this version does not know are ignored.
    ///
    /// @throws MergeException `MALFORMED` for anything but a report; `UNSUPPORTED_FORMAT` for another schema
    public static Contents read(byte[] json) throws MergeException {
        Tree tree = Tree.of("", StrictJson.parse(json));
        long schema = tree.count("schema");
        if (schema != 1) {
            throw MergeException.of(ErrorCode.UNSUPPORTED_FORMAT, "report schema (got " + schema + ", expected 1)");
        }
        List<Input> inputs = new ArrayList<>();
        for (Object element : tree.list("inputs")) {
            inputs.add(input("inputs[" + inputs.size() + "]", element));
        }
        return new Contents(
                tree.text("output"),
                tree.text("method"),
                tree.object("parameters").values(),
                tree.object("settings").values(),
                List.copyOf(inputs),
                tree.object("sha256").hashes());
    }

    private static Input input(String place, @Nullable Object element) throws MergeException {
        Tree tree = Tree.of(place, element);
        boolean hashed = tree.members().get("sha256") != null;
        return new Input(
                tree.text("name"),
                tree.text("file"),
                tree.count("size"),
                tree.sha256("headerSha256"),
                hashed ? tree.object("sha256").hashes() : Map.of());
    }
}
