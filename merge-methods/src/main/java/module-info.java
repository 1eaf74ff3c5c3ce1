/// The plan engine and the merge methods.
module org.modelmerge.methods {
    requires transitive org.modelmerge.core;
}
