/** The package of galion-cache. */
@NullMarked
package app.galion.cache;

import org.jspecify.annotations.NullMarked;
