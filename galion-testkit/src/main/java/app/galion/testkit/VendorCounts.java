package app.galion.testkit;

/**
 * What a simulated vendor has seen since its start.
 *
 * @param calls requests that arrived whole
 * @param aborted calls whose caller left before the answer's end
 * @param bytes bytes of bodies sent
 */
public record VendorCounts(long calls, long aborted, long bytes) {}
