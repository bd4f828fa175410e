package app.galion.cache;

import java.time.Duration;

/**
 * What one call asks for beyond the cache's policy. Immutable: each method returns other options.
 *
 * <pre>{@code
 * cache.getEntry(id, ReadOptions.of().maxStaleness(Duration.ZERO), repository::find);
 * }</pre>
 */
public final class ReadOptions {
  private static final Duration MOST = Duration.ofDays(365);
  private static final ReadOptions NONE = new ReadOptions(Long.MAX_VALUE, false, false, false);

  private final long maxStaleness;
  private final boolean skipsLocal;
  private final boolean skipsRemote;
  private final boolean refreshes;

  private ReadOptions(
      long maxStaleness, boolean skipsLocal, boolean skipsRemote, boolean refreshes) {
    this.maxStaleness = maxStaleness;
    this.skipsLocal = skipsLocal;
    this.skipsRemote = skipsRemote;
    this.refreshes = refreshes;
  }

  /**
   * Returns the options that ask for nothing special.
   *
   * @return a shared instance
   */
  public static ReadOptions of() {
    return NONE;
  }

  /**
   * Bounds how long ago it must be proven that no write to the key was missed. Stricter than {@code
   * silenceLimit}, the call joins no get that began before it, and takes nothing that is past its
   * freshness unless its load fails.
   *
   * @param maxStaleness at least 0, which always asks Redis; default, and at most in effect, {@code
   *     silenceLimit}; without meaning for a cache without Redis
   * @return new options
   * @throws IllegalArgumentException if it is negative
   */
  public ReadOptions maxStaleness(Duration maxStaleness) {
    if (maxStaleness.isNegative()) {
      throw new IllegalArgumentException("maxStaleness " + maxStaleness + " must be >= 0");
    }
    long nanos = maxStaleness.compareTo(MOST) > 0 ? Long.MAX_VALUE : maxStaleness.toNanos();
    return new ReadOptions(nanos, skipsLocal, skipsRemote, refreshes);
  }

  /**
   * Neither looks into this process nor leaves there what it finds: for what is read once.
   *
   * @return new options
   */
  public ReadOptions skipLocal() {
    return new ReadOptions(maxStaleness, true, skipsRemote, refreshes);
  }

  /**
   * Neither reads Redis nor writes there: loads what this process does not hold, beside loads of
   * other nodes, and keeps it in this process.
   *
   * @return new options
   */
  public ReadOptions skipRemote() {
    return new ReadOptions(maxStaleness, skipsLocal, true, refreshes);
  }

  /**
   * Loads although a fresh value may be there. Of concurrent refreshes of a key, across nodes, one
   * loads, and the others take its value. If the load fails, {@code staleIfError} applies; without
   * it the error reaches the caller.
   *
   * @return new options
   */
  public ReadOptions refresh() {
    return new ReadOptions(maxStaleness, skipsLocal, skipsRemote, true);
  }

  boolean skipsLocal() {
    return skipsLocal;
  }

  boolean skipsRemote() {
    return skipsRemote;
  }

  boolean refreshes() {
    return refreshes;
  }

  /** How old a proof may be, given what the policy allows at most. */
  long limit(long silenceLimit) {
    return Math.min(maxStaleness, silenceLimit);
  }

  /** Whether the answer may be one that another call began to fetch. */
  boolean shared(long silenceLimit) {
    return maxStaleness >= silenceLimit && !skipsLocal && !skipsRemote && !refreshes;
  }

  @Override
  public String toString() {
    return "ReadOptions"
        + (maxStaleness == Long.MAX_VALUE ? "" : " maxStaleness " + Duration.ofNanos(maxStaleness))
        + (skipsLocal ? " skipLocal" : "")
        + (skipsRemote ? " skipRemote" : "")
        + (refreshes ? " refresh" : "");
  }
}
