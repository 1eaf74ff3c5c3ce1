package org.modelmerge.evaluation;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.modelmerge.json.JsonWriter;

/// What a router does with the items of tasks: a row a task, a column an expert.
///
/// @param experts in the order of the columns
/// @param rows in the order of the tasks
public record RoutingMatrix(List<String> experts, List<Row> rows) {
    /// Copies the lists.
    public RoutingMatrix {
        experts = List.copyOf(experts);
        rows = List.copyOf(rows);
    }

    /// The items of one task.
    ///
    /// @param task its name
    /// @param expert the task's own expert, or -1 if it has none
    /// @param items how many there were
    /// @param mean `[experts]`, the mean share of each expert; not copied
    /// @param largest `[experts]`, the number of items of which each expert had the largest share; not copied
    public record Row(String task, int expert, long items, double[] mean, long[] largest) {
        /// The share of the items whose largest share went to the task's own expert; NaN without one.
        public double own() {
            return expert < 0 ? Double.NaN : (double) largest[expert] / items;
        }
    }

    /// Writes `experts` and `tasks` as members of an object that is open.
    public void write(JsonWriter json) {
        json.member("experts", experts).name("tasks").beginArray();
        for (Row row : rows) {
            Map<String, Double> mean = new LinkedHashMap<>();
            Map<String, Long> largest = new LinkedHashMap<>();
            for (int i = 0; i < experts.size(); i++) {
                mean.put(experts.get(i), row.mean()[i]);
                largest.put(experts.get(i), row.largest()[i]);
            }
            json.beginObject().member("name", row.task()).member("items", row.items());
            json.member("expert", row.expert() < 0 ? null : experts.get(row.expert()));
            json.member("mean", mean).member("largest", largest).member("ownShare", row.own());
            json.endObject();
        }
        json.endArray();
    }
}
