/// LoRA adapters from whole models: the best low-rank approximation of what a fine-tune changed.
@org.jspecify.annotations.NullMarked
package org.modelmerge.extraction;
