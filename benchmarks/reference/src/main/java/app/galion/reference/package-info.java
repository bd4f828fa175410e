/**
 * The reference API: a small service with limits, caches, circuits and health probes on its hot
 * path. {@code Main} starts it, {@code Reference} is all of it, {@code Node} is one API node, and
 * every route has a class of its own.
 */
@NullMarked
package app.galion.reference;

import org.jspecify.annotations.NullMarked;
