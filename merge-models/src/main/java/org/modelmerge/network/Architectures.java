package org.modelmerge.network;

import java.util.List;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.error.Printable;
import org.modelmerge.yaml.NearestName;

/// The networks that modelmerge knows, by name.
public final class Architectures {
    private static final List<Architecture> ALL =
            List.of(new Bert(), new ImageCnn(), new CifarResNet(), new ClipVisionTower());

    private Architectures() {}

    /// All names.
    public static List<String> names() {
        return ALL.stream().map(Architecture::name).toList();
    }

    /// The architecture with this name.
    ///
    /// @throws MergeException `MALFORMED`, with the nearest name, if there is none
    public static Architecture named(String name) throws MergeException {
        for (Architecture architecture : ALL) {
            if (architecture.name().equals(name)) {
                return architecture;
            }
        }
        MergeException unknown = MergeException.of(
                ErrorCode.MALFORMED,
                "unknown architecture (got " + Printable.text(name) + ", expected one of " + String.join(", ", names())
                        + ")");
        String nearest = NearestName.of(name, names());
        throw nearest == null ? unknown : unknown.withHint("did you mean " + nearest + "?");
    }
}
