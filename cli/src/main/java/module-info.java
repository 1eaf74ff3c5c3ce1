/// The merge command.
module org.modelmerge.cli {
    requires info.picocli;
    requires org.modelmerge.report;
}
