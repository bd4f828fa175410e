package app.galion.cache;

import static java.util.Objects.requireNonNull;

import app.galion.redis.RedisLink;
import app.galion.spi.ComponentId;
import app.galion.spi.Guard;
import app.galion.spi.Ticker;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;

/**
 * Builds a {@link TieredCache}. Not thread-safe.
 *
 * @param <K> the key's type
 * @param <V> the value's type
 */
public final class TieredCacheBuilder<K, V> {
  private static final Duration MOST = Duration.ofDays(365);
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration LOCAL = Duration.ofMinutes(5);
  private static final long BEAT_MILLIS = 1000;
  private static final long ENTRIES = 10_000;

  private final ComponentId id;
  private final Codec<V> codec;
  private @Nullable RedisLink redis;
  private @Nullable KeyEncoder<? super K> keyEncoder;
  private @Nullable Executor executor;
  private @Nullable Duration freshFor;
  private @Nullable Duration localFor;
  private @Nullable Duration remoteFor;
  private @Nullable Duration redisTimeout;
  private @Nullable Duration silenceLimit;
  private Duration staleIfError = Duration.ZERO;
  private Duration staleWhileRevalidate = Duration.ZERO;
  private Duration negativeFor = Duration.ofSeconds(30);
  private Duration loaderTimeout = Duration.ofSeconds(30);
  private double jitter = 0.1;
  private @Nullable Long maximumSize;
  private @Nullable Long maximumBytes;
  private int compressAbove = 1024;
  private Duration serveUnverified = Duration.ZERO;
  private Duration loaderSoftTimeout = Duration.ZERO;
  private double refreshAhead = 1;
  private Guard guard = Guard.none();
  private @Nullable Guard remoteGuard;
  private Ticker ticker = Ticker.system();
  private @Nullable InstantSource wallClock;

  TieredCacheBuilder(String name, Codec<V> codec) {
    id = new ComponentId("cache", requireNonNull(name, "name"));
    this.codec = requireNonNull(codec, "codec");
  }

  /**
   * Shares entries and writes with other nodes through Redis.
   *
   * @param redis the application's link, which stays open when the cache is closed; without it the
   *     cache lives in this process only
   * @return this
   */
  public TieredCacheBuilder<K, V> redis(RedisLink redis) {
    this.redis = requireNonNull(redis, "redis");
    return this;
  }

  /**
   * Sets how keys become text.
   *
   * @param keyEncoder needed unless keys are String, Long, Integer, UUID or {@link VendorKey}
   * @return this
   */
  public TieredCacheBuilder<K, V> keyEncoder(KeyEncoder<? super K> keyEncoder) {
    this.keyEncoder = requireNonNull(keyEncoder, "keyEncoder");
    return this;
  }

  /**
   * Sets how many entries this process holds.
   *
   * @param maximumSize 1 and more, default 10 000 unless {@code maximumBytes} is set
   * @return this
   */
  public TieredCacheBuilder<K, V> maximumSize(long maximumSize) {
    if (maximumSize < 1) {
      throw new IllegalArgumentException("maximumSize " + maximumSize + " must be >= 1");
    }
    this.maximumSize = maximumSize;
    return this;
  }

  /**
   * Bounds what this process holds by bytes instead: each entry counts with its key, its value as
   * encoded (what only this process loaded is encoded to be weighed) and 400 bytes for the rest.
   * The objects themselves may take more than their encoding: two to three times is usual for small
   * fields. A value that cannot be encoded is not kept.
   *
   * @param maximumBytes 1024 and more; no default
   * @return this
   */
  public TieredCacheBuilder<K, V> maximumBytes(long maximumBytes) {
    if (maximumBytes < 1024) {
      throw new IllegalArgumentException("maximumBytes " + maximumBytes + " must be >= 1024");
    }
    this.maximumBytes = maximumBytes;
    return this;
  }

  /**
   * Sets how long a value is fresh, counted from its load through both tiers.
   *
   * @param freshFor 1 ms to 365 days, default {@code remoteFor}
   * @return this
   */
  public TieredCacheBuilder<K, V> freshFor(Duration freshFor) {
    this.freshFor = within("freshFor", freshFor, Duration.ofMillis(1), MOST);
    return this;
  }

  /**
   * Sets after how long in this process a value is looked up in Redis again.
   *
   * @param localFor 1 ms to 365 days, default 5 min; never longer than the value is fresh
   * @return this
   */
  public TieredCacheBuilder<K, V> localFor(Duration localFor) {
    this.localFor = within("localFor", localFor, Duration.ofMillis(1), MOST);
    return this;
  }

  /**
   * Sets how long a value may be fresh in Redis; it stays there for the grace of {@code
   * staleIfError} and {@code staleWhileRevalidate} on top.
   *
   * @param remoteFor 1 ms to 365 days, default 1 h or, if that is longer, {@code freshFor}
   * @return this
   */
  public TieredCacheBuilder<K, V> remoteFor(Duration remoteFor) {
    this.remoteFor = within("remoteFor", remoteFor, Duration.ofMillis(1), MOST);
    return this;
  }

  /**
   * Serves a value that is past its freshness if its load fails.
   *
   * @param staleIfError how long past it, 0 to 365 days, default 0
   * @return this
   */
  public TieredCacheBuilder<K, V> staleIfError(Duration staleIfError) {
    this.staleIfError = within("staleIfError", staleIfError, Duration.ZERO, MOST);
    return this;
  }

  /**
   * Serves a value that is past its freshness at once and loads it in the background.
   *
   * @param staleWhileRevalidate how long past it, 0 to 365 days, default 0
   * @return this
   */
  public TieredCacheBuilder<K, V> staleWhileRevalidate(Duration staleWhileRevalidate) {
    this.staleWhileRevalidate =
        within("staleWhileRevalidate", staleWhileRevalidate, Duration.ZERO, MOST);
    return this;
  }

  /**
   * Refreshes a value in the background when a get meets it past a share of its freshness, so that
   * what is in use never expires. Redis is looked up first, the load is leased as any other; if it
   * fails, the value stays until its time.
   *
   * @param share of {@code freshFor}, more than 0 and at most 1, which is the default and means not
   *     at all
   * @return this
   */
  public TieredCacheBuilder<K, V> refreshAhead(double share) {
    if (!(share > 0 && share <= 1)) {
      throw new IllegalArgumentException(
          "refreshAhead " + share + " must be more than 0, at most 1");
    }
    refreshAhead = share;
    return this;
  }

  /**
   * Serves what this process holds while Redis is away, beyond {@code silenceLimit}, instead of
   * loading it: the answer says that it is stale. Trades the bound for load: what other nodes write
   * meanwhile is missed for as long.
   *
   * @param serveUnverified how long past {@code silenceLimit}, 0 to 365 days, default 0; never
   *     longer than the value is fresh
   * @return this
   */
  public TieredCacheBuilder<K, V> serveUnverified(Duration serveUnverified) {
    this.serveUnverified = within("serveUnverified", serveUnverified, Duration.ZERO, MOST);
    return this;
  }

  /**
   * Sets how long it is remembered that there is no value.
   *
   * @param negativeFor 0 (not at all) to 365 days, default 30 s
   * @return this
   */
  public TieredCacheBuilder<K, V> negativeFor(Duration negativeFor) {
    this.negativeFor = within("negativeFor", negativeFor, Duration.ZERO, MOST);
    return this;
  }

  /**
   * Sets by how much lifetimes are shortened at random, so that what was loaded together does not
   * expire together.
   *
   * @param jitter 0 to 0.5, default 0.1
   * @return this
   */
  public TieredCacheBuilder<K, V> jitter(double jitter) {
    if (!(jitter >= 0 && jitter <= 0.5)) {
      throw new IllegalArgumentException("jitter " + jitter + " must be 0 to 0.5");
    }
    this.jitter = jitter;
    return this;
  }

  /**
   * Sets how long others wait for a load: then those who joined it fail, and its lease is free. The
   * loader itself runs on its caller's thread and is not stopped.
   *
   * @param loaderTimeout 1 ms to 1 h, default 30 s
   * @return this
   */
  public TieredCacheBuilder<K, V> loaderTimeout(Duration loaderTimeout) {
    this.loaderTimeout =
        within("loaderTimeout", loaderTimeout, Duration.ofMillis(1), Duration.ofHours(1));
    return this;
  }

  /**
   * Answers with the stale value that {@code staleIfError} would allow when a load takes longer;
   * the load goes on and its value is stored. Where there is such a value, the loader runs on the
   * executor instead of its caller's thread; not so those of {@code getAll}.
   *
   * @param loaderSoftTimeout 0 (off, the default) to 1 h
   * @return this
   */
  public TieredCacheBuilder<K, V> loaderSoftTimeout(Duration loaderSoftTimeout) {
    this.loaderSoftTimeout =
        within("loaderSoftTimeout", loaderSoftTimeout, Duration.ZERO, Duration.ofHours(1));
    return this;
  }

  /**
   * Sets how long one command to Redis may take.
   *
   * @param redisTimeout 1 ms to 10 s, default 250 ms
   * @return this
   */
  public TieredCacheBuilder<K, V> redisTimeout(Duration redisTimeout) {
    this.redisTimeout =
        within("redisTimeout", redisTimeout, Duration.ofMillis(1), Duration.ofSeconds(10));
    return this;
  }

  /**
   * Sets how long entries of this process are served without proof that no write was missed: the
   * bound on what a node may lag behind.
   *
   * @param silenceLimit 1 s to 1 h, default 3 s; at least a second and two {@code redisTimeout}
   * @return this
   */
  public TieredCacheBuilder<K, V> silenceLimit(Duration silenceLimit) {
    this.silenceLimit =
        within("silenceLimit", silenceLimit, Duration.ofSeconds(1), Duration.ofHours(1));
    return this;
  }

  /**
   * Deflates larger values in Redis, where that saves at least an eighth of them. Values of this
   * process are kept as they are.
   *
   * @param bytes 0 and more, default 1024; {@link Integer#MAX_VALUE} for never
   * @return this
   */
  public TieredCacheBuilder<K, V> compressAbove(int bytes) {
    if (bytes < 0) {
      throw new IllegalArgumentException("compressAbove " + bytes + " must be >= 0");
    }
    compressAbove = bytes;
    return this;
  }

  /**
   * Asks a guard before each load.
   *
   * @param guard default {@link Guard#none()}
   * @return this
   */
  public TieredCacheBuilder<K, V> guard(Guard guard) {
    this.guard = requireNonNull(guard, "guard");
    return this;
  }

  /**
   * Asks a guard before each call to Redis, for instance a circuit. Where it refuses, Redis is as
   * away for that call: reads load, writes are queued and repeated. Heartbeats and repetitions are
   * not asked for.
   *
   * @param remoteGuard default none
   * @return this
   */
  public TieredCacheBuilder<K, V> remoteGuard(Guard remoteGuard) {
    this.remoteGuard = requireNonNull(remoteGuard, "remoteGuard");
    return this;
  }

  /**
   * Sets where asynchronous gets and background refreshes run.
   *
   * @param executor default a pool of the cache's own, up to 8 threads
   * @return this
   */
  public TieredCacheBuilder<K, V> executor(Executor executor) {
    this.executor = requireNonNull(executor, "executor");
    return this;
  }

  /**
   * Sets the clock of ages and proofs.
   *
   * @param ticker default {@link Ticker#system()}; threads sleep in real time, whatever it says
   * @return this
   */
  public TieredCacheBuilder<K, V> ticker(Ticker ticker) {
    this.ticker = requireNonNull(ticker, "ticker");
    return this;
  }

  /** For tests: what elapsed time is compared with, to notice that the machine was suspended. */
  TieredCacheBuilder<K, V> wallClock(InstantSource wallClock) {
    this.wallClock = wallClock;
    return this;
  }

  /** A ticker of the user's own has nothing to do with the wall: it is its own measure. */
  private InstantSource clock() {
    InstantSource set = wallClock;
    if (set != null) {
      return set;
    }
    Ticker given = ticker;
    return given == Ticker.system()
        ? InstantSource.system()
        : () -> Instant.ofEpochSecond(0, given.read());
  }

  /**
   * Builds the cache. Never blocks, and does not fail for a Redis that is away.
   *
   * @return the cache; close it at the end
   * @throws IllegalStateException if options contradict each other; the message names all conflicts
   */
  public TieredCache<K, V> build() {
    Duration timeout = or(redisTimeout, Duration.ofMillis(250));
    Duration silence = or(silenceLimit, Duration.ofSeconds(3));
    refuse(timeout, silence);
    Duration remote =
        or(remoteFor, freshFor != null && freshFor.compareTo(HOUR) > 0 ? freshFor : HOUR);
    Duration fresh = or(freshFor, remote);
    RedisLink link = redis;
    CachePolicy policy =
        new CachePolicy(
            fresh.toNanos(),
            or(localFor, LOCAL).toNanos(),
            remote.toNanos(),
            staleWhileRevalidate.toNanos(),
            staleIfError.toNanos(),
            negativeFor.toNanos(),
            jitter,
            loaderTimeout.toNanos(),
            link == null ? Long.MAX_VALUE : silence.toNanos(),
            timeout,
            compressAbove,
            serveUnverified.toNanos(),
            refreshAhead,
            loaderSoftTimeout.toNanos());
    CacheThreads threads = new CacheThreads(id);
    ExecutorService own = executor == null ? threads.workers() : null;
    return new TieredCache<>(
        new CacheCore<>(
            id,
            policy,
            codec,
            new Names<>(id, keyEncoder),
            bound(),
            ticker,
            guard,
            own == null ? requireNonNull(executor) : own,
            threads.timer(),
            clock(),
            link == null ? null : new Remote(link, id.name(), timeout, remoteGuard)),
        own);
  }

  private LocalBound bound() {
    return maximumBytes == null
        ? LocalBound.entries(maximumSize == null ? ENTRIES : maximumSize)
        : LocalBound.ofBytes(maximumBytes);
  }

  private void refuse(Duration timeout, Duration silence) {
    Contradictions found = new Contradictions(id);
    found.both("maximumSize", maximumSize, "maximumBytes", maximumBytes);
    if (redis == null) {
      found.needsRedis("remoteFor", remoteFor);
      found.needsRedis("redisTimeout", redisTimeout);
      found.needsRedis("silenceLimit", silenceLimit);
      found.needsRedis("serveUnverified", serveUnverified.isZero() ? null : serveUnverified);
      found.needsRedis("remoteGuard", remoteGuard == null ? null : "");
    }
    if (!loaderSoftTimeout.isZero()) {
      found.longer("loaderSoftTimeout", loaderSoftTimeout, "loaderTimeout", loaderTimeout);
      if (staleIfError.isZero()) {
        found.add(
            "loaderSoftTimeout "
                + loaderSoftTimeout
                + " has no stale value to answer with unless staleIfError is set");
      }
    }
    found.longer("freshFor", freshFor, "remoteFor", remoteFor);
    found.longer("localFor", localFor, "freshFor", freshFor);
    found.longer("localFor", localFor, "remoteFor", remoteFor);
    found.longer("redisTimeout", redisTimeout, "loaderTimeout", loaderTimeout);
    Duration least = timeout.multipliedBy(2).plusMillis(BEAT_MILLIS);
    if (redis != null && silence.compareTo(least) < 0) {
      found.add(
          "silenceLimit " + silence + " must be at least 1 s and two redisTimeout, so " + least);
    }
    found.refuse();
  }

  private static Duration or(@Nullable Duration set, Duration otherwise) {
    return set == null ? otherwise : set;
  }

  private static Duration within(String what, Duration value, Duration least, Duration most) {
    if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
      throw new IllegalArgumentException(what + " " + value + " must be " + least + " to " + most);
    }
    return value;
  }
}
