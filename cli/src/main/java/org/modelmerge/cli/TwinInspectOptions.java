package org.modelmerge.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// How closely to look.
@Command(optionListHeading = "Inspection")
final class TwinInspectOptions {
    @Option(names = "--hash", description = "read all files and compare their SHA-256 with twin.json; exit 4 if not")
    boolean hash;
}
