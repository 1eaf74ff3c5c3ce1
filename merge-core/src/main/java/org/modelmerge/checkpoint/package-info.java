/// Checkpoints in the safetensors format: strict reading, canonical writing, atomic publishing.
@NullMarked
package org.modelmerge.checkpoint;

import org.jspecify.annotations.NullMarked;
