/// Small programs that use the library. Each runs in the tests.
@org.jspecify.annotations.NullMarked
package org.modelmerge.samples;
