/// LoRA adapters as the peft package stores them, folded into the weights that they were trained on.
///
/// A folder with `adapter_config.json` and `adapter_model.safetensors` becomes a [Checkpoint] whose changed tensors are
/// computed slice by slice while they are read; a whole model exists neither in memory nor on disk.
///
/// [Checkpoint]: org.modelmerge.checkpoint.Checkpoint
@NullMarked
package org.modelmerge.lora;

import org.jspecify.annotations.NullMarked;
