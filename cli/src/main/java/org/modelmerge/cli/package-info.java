/// The `merge` command: words to calls, results to text.
@NullMarked
package org.modelmerge.cli;

import org.jspecify.annotations.NullMarked;
