/** The package of galion-ratelimit. */
@NullMarked
package app.galion.ratelimit;

import org.jspecify.annotations.NullMarked;
