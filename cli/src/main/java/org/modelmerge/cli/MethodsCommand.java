package org.modelmerge.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.modelmerge.catalog.Citation;
import org.modelmerge.catalog.MethodCatalog;
import org.modelmerge.catalog.MethodEntry;
import org.modelmerge.catalog.MethodEntry.Parameter;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.method.MergeMethod;
import org.modelmerge.method.MergeMethod.PassDescription;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `merge methods`.
@CommandLine.Command(
        description = "Lists the merge methods, or describes one: paper, equation, parameters, when to use it.",
        customSynopsis = "merge methods [METHOD]")
final class MethodsCommand implements Command {
    @Mixin
    CommonOptions common = new CommonOptions();

    @Parameters(arity = "0..*", paramLabel = "METHOD")
    List<String> names = new ArrayList<>();

    @Override
    public CommonOptions common() {
        return common;
    }

    @Override
    public List<HelpText.Line> operands() {
        return List.of(new HelpText.Line("METHOD", "its name, as merge methods lists it"));
    }

    @Override
    public List<String> examples() {
        return List.of("merge methods", "merge methods ties");
    }

    @Override
    public List<Integer> exitCodes() {
        return List.of(0, 1, 2);
    }

    @Override
    public int run(Talk talk) throws MergeException {
        if (names.size() > 1) {
            throw MergeException.of(ErrorCode.USAGE, "got " + names.size() + " methods, expected at most one");
        }
        List<MethodEntry> entries =
                names.isEmpty() ? MethodCatalog.entries() : List.of(MethodCatalog.entry(names.getFirst()));
        if (talk.json()) {
            talk.document(Map.of(
                    "methods", entries.stream().map(MethodsCommand::document).toList()));
        } else if (names.isEmpty()) {
            Table table = new Table("", List.of("method", "what it does"), 2);
            entries.forEach(entry -> table.add(entry.name(), entry.summary()));
            table.print(talk);
        } else {
            print(entries.getFirst(), talk);
        }
        return 0;
    }

    private static void print(MethodEntry entry, Talk talk) {
        talk.data(entry.title() + " (" + entry.name() + ")");
        talk.data(entry.summary());
        talk.data("");
        entry.equation().lines().forEach(line -> talk.data("    " + line));
        talk.data("");
        talk.data("Use it when: " + entry.useWhen());
        talk.data("Paper: " + entry.citation());
        talk.data("Code followed: " + entry.citation().code());
        List<String> passes = passes(entry);
        if (!passes.isEmpty()) {
            talk.data("Passes: " + String.join("; ", passes));
        }
        if (!entry.parameters().isEmpty()) {
            talk.data("");
            talk.data("Parameters:");
        }
        for (Parameter parameter : entry.parameters()) {
            String byDefault = parameter.defaultValue().isEmpty() ? "" : " (default " + parameter.defaultValue() + ")";
            talk.data(("  --" + parameter.name() + " " + parameter.values()).stripTrailing() + byDefault);
            talk.data("      " + parameter.meaning());
        }
    }

    /// The passes of the method with its defaults; empty for one that needs a file first.
    private static List<String> passes(MethodEntry entry) {
        MergeMethod method;
        try {
            method = MethodCatalog.create(entry.name(), Map.of());
        } catch (MergeException _) {
            // Its options have no complete defaults, so there is no usual course to tell.
            return List.of();
        }
        List<String> passes = new ArrayList<>();
        for (PassDescription pass : method.passes()) {
            passes.add(pass.name() + (pass.conditional() ? " (only if needed)" : ""));
        }
        return passes;
    }

    private static Map<String, Object> document(MethodEntry entry) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("name", entry.name());
        document.put("title", entry.title());
        document.put("summary", entry.summary());
        document.put("equation", entry.equation());
        document.put("useWhen", entry.useWhen());
        Citation citation = entry.citation();
        Map<String, Object> paper = new LinkedHashMap<>();
        paper.put("authors", citation.authors());
        paper.put("title", citation.title());
        paper.put("year", citation.year());
        paper.put("arxiv", citation.arxiv());
        paper.put("code", citation.code());
        document.put("citation", paper);
        document.put("passes", passes(entry));
        List<Map<String, Object>> parameters = new ArrayList<>();
        for (Parameter parameter : entry.parameters()) {
            Map<String, Object> member = new LinkedHashMap<>();
            member.put("name", parameter.name());
            member.put("values", parameter.values());
            member.put("default", parameter.defaultValue());
            member.put("meaning", parameter.meaning());
            parameters.add(member);
        }
        document.put("parameters", parameters);
        return document;
    }
}
