package app.galion.cache;

import java.time.Duration;

/** The times and bounds of one cache, in nanoseconds where it counts. */
record CachePolicy(
    long freshFor,
    long localFor,
    long remoteFor,
    long staleWhileRevalidate,
    long staleIfError,
    long negativeFor,
    double jitter,
    long loaderTimeout,
    long silenceLimit,
    Duration redisTimeout,
    int compressAbove,
    long serveUnverified,
    double refreshAhead,
    long loaderSoftTimeout) {

  static final int MAX_VALUE_BYTES = 1 << 20;
  static final int MAX_KEY_BYTES = 1024;
  static final long LEASE_MILLIS = 10_000;

  /** How long a value past its freshness may still be of use. */
  long grace() {
    return Math.max(staleWhileRevalidate, staleIfError);
  }

  /** Shortens, never lengthens: by up to {@code jitter}, for a random in [0, 1). */
  long shortened(long nanos, double random) {
    return nanos - (long) (nanos * jitter * random);
  }
}
