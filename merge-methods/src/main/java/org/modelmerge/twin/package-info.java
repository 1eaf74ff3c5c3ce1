/// Twin-Merging: a shared expert, compressed exclusive experts, and the folder that holds both.
@org.jspecify.annotations.NullMarked
package org.modelmerge.twin;
