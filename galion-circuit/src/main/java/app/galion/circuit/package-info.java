/** The package of galion-circuit. */
@NullMarked
package app.galion.circuit;

import org.jspecify.annotations.NullMarked;
