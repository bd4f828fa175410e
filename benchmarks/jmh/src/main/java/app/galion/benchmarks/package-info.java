/**
 * One class per question, its contenders behind one small interface, and the runner that writes the
 * page.
 */
@NullMarked
package app.galion.benchmarks;

import org.jspecify.annotations.NullMarked;
