/// The documents of a merge: recipe, report, model card.
module org.modelmerge.report {
    requires org.snakeyaml.engine;
    requires transitive org.modelmerge.methods;
}
