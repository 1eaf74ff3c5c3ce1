/// What tests of all modules share: tiny checkpoints, storages that fail or halt, seeded properties.
@NullMarked
package org.modelmerge.testing;

import org.jspecify.annotations.NullMarked;
