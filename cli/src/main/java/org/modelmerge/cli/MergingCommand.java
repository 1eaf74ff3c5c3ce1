package org.modelmerge.cli;

/// A command that takes the options of merge methods.
interface MergingCommand extends Command {
    /// The methods' options, built from the catalogue.
    MethodOptions method();
}
