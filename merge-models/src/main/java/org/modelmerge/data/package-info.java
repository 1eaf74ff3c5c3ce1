/// Data sets as files: texts in TSV, images and labels in IDX, plain or gzipped, read in windows.
///
/// Memory follows what was read, never a number that stands in a file. Nothing here knows networks.
@NullMarked
package org.modelmerge.data;

import org.jspecify.annotations.NullMarked;
