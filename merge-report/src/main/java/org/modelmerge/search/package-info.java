/// Choosing coefficients by score. Three things that know nothing of one another: a strategy says which points to try,
/// a score says what a candidate is worth, and a log remembers every trial.
@org.jspecify.annotations.NullMarked
package org.modelmerge.search;
