/// JSON read strictly and written canonically, without a data-binding library.
@NullMarked
package org.modelmerge.json;

import org.jspecify.annotations.NullMarked;
