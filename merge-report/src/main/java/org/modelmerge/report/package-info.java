@org.jspecify.annotations.NullMarked
package org.modelmerge.report;
