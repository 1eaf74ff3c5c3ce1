/// Storages that fail or halt at a chosen call, for the tests of every module.
@NullMarked
package org.modelmerge.testing;

import org.jspecify.annotations.NullMarked;
