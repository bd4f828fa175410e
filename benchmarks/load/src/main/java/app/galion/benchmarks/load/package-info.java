/** What several nodes do together, beside their peers, and the page about it. */
@NullMarked
package app.galion.benchmarks.load;

import org.jspecify.annotations.NullMarked;
