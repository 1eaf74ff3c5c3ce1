/// ONNX files as sources of checkpoints: their initialisers, under the names that Hugging Face uses.
///
/// Only the part of the format that holds weights is read, by position and in bounded memory; graphs are never
/// run.
@NullMarked
package org.modelmerge.onnx;

import org.jspecify.annotations.NullMarked;
