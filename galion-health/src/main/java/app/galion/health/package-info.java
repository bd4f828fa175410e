/** The package of galion-health. */
@NullMarked
package app.galion.health;

import org.jspecify.annotations.NullMarked;
