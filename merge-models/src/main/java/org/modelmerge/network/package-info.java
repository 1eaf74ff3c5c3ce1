/// Neural networks with the tensor names of published checkpoints, computed by libtorch through DJL.
///
/// The only package that knows DJL. It starts when the first network is opened; everything else of modelmerge
/// works without it.
@NullMarked
package org.modelmerge.network;

import org.jspecify.annotations.NullMarked;
