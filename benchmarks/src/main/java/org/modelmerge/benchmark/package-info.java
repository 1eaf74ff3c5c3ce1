/// Benchmarks, one class per question.
@NullMarked
package org.modelmerge.benchmark;

import org.jspecify.annotations.NullMarked;
