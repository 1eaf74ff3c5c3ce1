/// Learning around merges: loops that read the models again and again, and ask a model for gradients.
@org.jspecify.annotations.NullMarked
package org.modelmerge.learning;
