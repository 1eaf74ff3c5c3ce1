/// Benchmarks, one class per question.
@NullMarked
package org.modelmerge.benchmarks;

import org.jspecify.annotations.NullMarked;
