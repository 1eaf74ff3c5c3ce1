package org.modelmerge.network;

import java.util.List;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.error.Printable;
import org.modelmerge.task.ModelSettings;
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

    /// The architecture that settings name.
    ///
    /// @throws MergeException as [#named(String)] does, with the task file
    public static Architecture of(ModelSettings settings) throws MergeException {
        try {
            return named(settings.architecture());
        } catch (MergeException e) {
            throw settings.named(e);
        }
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
