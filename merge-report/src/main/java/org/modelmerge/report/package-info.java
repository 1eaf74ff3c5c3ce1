/// The documents of a merge: report, summary, recipe, model card.
///
/// All of them are pure functions of a plan and a result. None contains a clock, a host or a path beyond its last
/// component, so the same merge leaves the same bytes behind.
@org.jspecify.annotations.NullMarked
package org.modelmerge.report;
