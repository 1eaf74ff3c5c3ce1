/// Static functions on arrays: conversion, elementwise arithmetic, exact order statistics.
@NullMarked
package org.modelmerge.kernel;

import org.jspecify.annotations.NullMarked;
