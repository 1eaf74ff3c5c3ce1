package org.modelmerge.report;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.modelmerge.json.JsonWriter;
import org.modelmerge.search.Score;
import org.modelmerge.search.SearchResult;
import org.modelmerge.search.Trial;

/// The JSON document of a search, `"schema": 1`; it only ever gains fields, and a value that does not exist is null.
public final class SearchJson {
    private SearchJson() {}

    /// The document.
    ///
    /// @param output what was merged with the best values, null if nothing was
    public static String of(SearchResult result, @Nullable String output) {
        StringBuilder text = new StringBuilder();
        JsonWriter json = JsonWriter.pretty(text).beginObject().member("schema", 1);
        json.member("method", result.method()).member("parameters", result.fixed());
        json.member("tasks", result.tasks()).member("scoredBy", result.scoredBy());
        json.member("search", result.strategy()).member("best", members(result.best()));
        json.name("trials").beginArray();
        result.trials().forEach(trial -> json.value(members(trial)));
        json.endArray();
        json.member("failures", result.failureCount()).member("resumed", result.resumed());
        json.member("output", output).member("version", result.version());
        json.endObject();
        return text.append('\n').toString();
    }

    private static Map<String, @Nullable Object> members(Trial trial) {
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        Score score = trial.score();
        members.put("number", trial.number());
        members.put("values", trial.values());
        members.put("score", score == null ? null : score.value());
        members.put("tasks", score == null ? Map.of() : score.tasks());
        members.put("failure", trial.failure());
        members.put("seconds", trial.seconds());
        return members;
    }
}
