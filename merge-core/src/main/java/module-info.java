/// Checkpoints in and out, exactly; arithmetic on arrays; order statistics.
module org.modelmerge.core {
    requires static transitive org.jspecify;

    exports org.modelmerge.checkpoint;
    exports org.modelmerge.error;
    exports org.modelmerge.json;
}
