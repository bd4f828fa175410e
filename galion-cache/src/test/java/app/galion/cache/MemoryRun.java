package app.galion.cache;

import app.galion.redis.RedisLink;
import app.galion.spi.Ticker;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

/**
 * A JVM of its own that sends distinct keys and tags through a cache, and fails with a message if
 * the heap grows or something that should be bounded is not. Arguments: keys in all, steps, seconds
 * at most, and Redis' URI or "none".
 */
final class MemoryRun {
  private static final long MIB = 1 << 20;

  /** What the heap may grow by after the first third of the steps. */
  private static final long SLACK = 8 * MIB;

  /** Entries, queued writes or ids that a bucket holds at most. */
  private static final int MOST_IN_BUCKET = 1000;

  private static final int MAXIMUM_SIZE = 10_000;

  /** Entries that Caffeine has not yet come to evict. */
  private static final int LATE = 500;

  private final TieredCache<String, String> cache;
  private final boolean redis;
  private final long keys;
  private final int steps;
  private final long deadline;
  private final Ticker ticker = Ticker.system();
  private final AtomicLong next = new AtomicLong();

  private MemoryRun(TieredCache<String, String> cache, boolean redis, String[] args) {
    this.cache = cache;
    this.redis = redis;
    keys = Long.parseLong(args[0]);
    steps = Integer.parseInt(args[1]);
    deadline = ticker.read() + Duration.ofSeconds(Long.parseLong(args[2])).toNanos();
  }

  public static void main(String[] args) throws Exception {
    TieredCacheBuilder<String, String> builder =
        TieredCache.<String, String>builder("memory", Codec.string()).maximumSize(MAXIMUM_SIZE);
    if (args[3].equals("none")) {
      try (TieredCache<String, String> cache = builder.build()) {
        new MemoryRun(cache, false, args).run();
      }
    } else {
      try (RedisLink link = RedisLink.builder("memory-" + UUID.randomUUID(), args[3]).build()) {
        link.awaitAvailable(Duration.ofSeconds(10));
        builder.redis(link).remoteFor(Duration.ofSeconds(2)).negativeFor(Duration.ofSeconds(2));
        try (TieredCache<String, String> cache = builder.build()) {
          Nodes.awaitVerified(cache);
          new MemoryRun(cache, true, args).run();
        }
      }
    }
  }

  /** Fills what remembers the last thousand writes and tags of each bucket. */
  private void fillRings() {
    for (int i = 0; i < 70; i++) {
      int batch = i;
      cache.invalidateTags(
          IntStream.range(0, 16).mapToObj(tag -> batch + "/" + tag).toArray(String[]::new));
    }
    for (int i = 0; i < 120; i++) {
      int batch = i;
      cache.invalidateAll(IntStream.range(0, 1000).mapToObj(k -> batch + "-" + k).toList());
    }
  }

  private void run() {
    fillRings();
    List<Long> heaps = new ArrayList<>();
    for (int step = 1; step <= steps && !over(); step++) {
      long until = keys * step / steps;
      List<CompletableFuture<Void>> workers = new ArrayList<>();
      for (int i = 0; i < (redis ? 16 : 2); i++) {
        workers.add(
            Callers.supplyAsync(
                () -> {
                  work(until);
                  return null;
                }));
      }
      workers.forEach(CompletableFuture::join);
      heaps.add(report());
    }
    if (heaps.size() < 6) {
      throw new AssertionError("only " + heaps.size() + " steps in the time given");
    }
    long early = heaps.subList(0, heaps.size() / 3 + 1).stream().max(Long::compare).orElseThrow();
    long late = heaps.get(heaps.size() - 1);
    if (late > early + SLACK) {
      throw new AssertionError(
          "the heap grew from " + early / MIB + " to " + late / MIB + " MiB: " + heaps);
    }
  }

  private boolean over() {
    return ticker.read() - deadline > 0;
  }

  private void work(long until) {
    while (!over()) {
      long i = next.getAndIncrement();
      if (i >= until) {
        next.compareAndSet(i + 1, until);
        return;
      }
      String key = "key-" + i;
      String tag = "tag-" + i;
      cache.getEntry(
          key,
          (k, context) -> {
            context.tags(tag);
            return i % 100 == 0 ? null : "value of " + k;
          });
      if (i % 8 == 0) {
        cache.put(key, "put", tag);
      } else if (i % 8 == 1) {
        cache.invalidate(key);
      } else if (i % (redis ? 512 : 8) == 2) {
        cache.invalidateTags(tag);
      } else if (i % 64 == 3) {
        cache.compute(key, value -> "computed");
      }
    }
  }

  private long report() {
    System.gc();
    System.gc();
    long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    CacheCore<String, String> core = cache.core();
    int tickets = core.buckets.stream().mapToInt(Bucket::openTickets).sum();
    int queued = core.buckets.stream().mapToInt(Bucket::queuedSize).sum();
    System.out.printf(
        "%,d keys: heap %,d KiB after GC; entries %d, flights %d, refreshing %d, tickets %d,"
            + " queued %d, evictions %,d%n",
        Math.min(next.get(), keys),
        heap / 1024,
        core.local.size(),
        core.flights.size(),
        core.refreshes.size(),
        tickets,
        queued,
        core.counters.evictions.sum());
    bounded("entries", core.local.size(), MAXIMUM_SIZE + LATE);
    bounded("rows of the index", core.local.indexed(), MAXIMUM_SIZE + LATE);
    bounded("flights", core.flights.size(), 0);
    bounded("refreshes", core.refreshes.size(), 0);
    bounded("tickets", tickets, 0);
    bounded("queued writes", queued, (long) MOST_IN_BUCKET * core.buckets.size());
    for (Bucket bucket : core.buckets) {
      bounded("tags", bucket.tagClock.size(), MOST_IN_BUCKET);
    }
    return heap;
  }

  private static void bounded(String what, long is, long most) {
    if (is > most) {
      throw new AssertionError(is + " " + what + ", at most " + most + " were expected");
    }
  }
}
