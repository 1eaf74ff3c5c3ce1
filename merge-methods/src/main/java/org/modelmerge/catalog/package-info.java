@org.jspecify.annotations.NullMarked
package org.modelmerge.catalog;
