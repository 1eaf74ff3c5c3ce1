package org.modelmerge.routing;

/// A router with its card, as a Twin folder keeps them.
public record StoredRouter(Router router, RouterCard card) {}
