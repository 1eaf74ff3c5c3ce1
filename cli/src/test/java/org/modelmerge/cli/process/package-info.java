/// The real command in processes of its own: what it leaves behind when the system, a signal or another process is
/// against it.
@NullMarked
package org.modelmerge.cli.process;

import org.jspecify.annotations.NullMarked;
