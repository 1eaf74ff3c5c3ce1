/// The one checked exception of modelmerge, its stable codes, and the escaping of text that comes from files.
@NullMarked
package org.modelmerge.error;

import org.jspecify.annotations.NullMarked;
