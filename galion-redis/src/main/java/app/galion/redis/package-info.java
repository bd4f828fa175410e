/** The package of galion-redis. */
@NullMarked
package app.galion.redis;

import org.jspecify.annotations.NullMarked;
