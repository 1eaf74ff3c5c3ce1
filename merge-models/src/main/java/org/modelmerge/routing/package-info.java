/// Routing of Twin-Merging: which experts an input asks for, and in which shares.
///
/// A [Router] is a small classifier of inputs by task. Nothing here knows a network: features come from
/// `org.modelmerge.network`.
@NullMarked
package org.modelmerge.routing;

import org.jspecify.annotations.NullMarked;
