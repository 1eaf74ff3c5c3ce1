/// Task files: which network runs, which tasks there are, where their data and heads lie.
@org.jspecify.annotations.NullMarked
package org.modelmerge.task;
