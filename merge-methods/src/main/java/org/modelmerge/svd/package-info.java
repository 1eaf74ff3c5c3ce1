/// Truncated singular value decomposition of weight matrices, in Java alone: the same bits on every machine.
@org.jspecify.annotations.NullMarked
package org.modelmerge.svd;
