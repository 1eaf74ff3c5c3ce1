/// Files that people write, read strictly: a safe part of YAML, typed access that names what is wrong, and the nearest
/// known name for an unknown one.
@org.jspecify.annotations.NullMarked
package org.modelmerge.yaml;
