package org.modelmerge.cli;

import java.util.ArrayList;
import java.util.List;
import org.modelmerge.error.MergeException;
import org.modelmerge.routing.Routing;

/// The routings that an evaluation asks for.
final class TwinRoutings {
    private static final List<String> WORDS = List.of("learned", "oracle", "none");

    private TwinRoutings() {}

    /// The routings of a list of words, none twice.
    static List<Routing> of(String words, String groupRadius) throws MergeException {
        double radius = Words.number("--group-radius", groupRadius, 0, 1);
        List<Routing> routings = new ArrayList<>();
        for (String text : words.split(",", -1)) {
            Routing routing =
                    switch (Words.choice("--routing", text, WORDS)) {
                        case "learned" -> new Routing.Learned(radius);
                        case "oracle" -> new Routing.Oracle();
                        default -> new Routing.None();
                    };
            if (routings.contains(routing)) {
                throw Words.usage("--routing", "got " + text + " twice");
            }
            routings.add(routing);
        }
        return routings;
    }

    /// The name of a column: the folder's, and the routing's if there are several.
    static String name(String folder, Routing routing, List<Routing> routings) {
        return routings.size() == 1 ? folder : folder + " (" + routing.word() + ")";
    }
}
