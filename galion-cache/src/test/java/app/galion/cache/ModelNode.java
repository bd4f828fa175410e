package app.galion.cache;

import static java.nio.charset.StandardCharsets.UTF_8;

import app.galion.redis.BusListener;
import app.galion.redis.RedisLink;
import app.galion.spi.ComponentId;
import app.galion.spi.Guard;
import app.galion.testkit.FakeTicker;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A node of the model test: a whole cache, of which nothing moves but by the scheduler's steps. */
final class ModelNode {
  static final String NAMESPACE = "model";
  static final Duration REDIS_TIMEOUT = Duration.ofMillis(250);
  static final long SILENCE = Duration.ofSeconds(3).toNanos();

  final int index;
  final SteppedRemote remote;
  final ModelTimer timer;
  final CacheCore<String, String> core;
  final Gets<String, String> gets;
  final TieredCache<String, String> cache;
  final Deque<byte[]> messages = new ArrayDeque<>();
  boolean subscribed = true;
  boolean frozen;

  ModelNode(
      int index,
      RedisLink link,
      FakeTicker ticker,
      LongSupplier micros,
      @Nullable BrokenRule broken,
      Duration loaderTimeout,
      int buckets) {
    this.index = index;
    timer = new ModelTimer(ticker);
    remote = new SteppedRemote(link, NAMESPACE, REDIS_TIMEOUT, micros, ticker::read, broken);
    core = core(ticker, loaderTimeout.toNanos());
    /* one bucket, or two, in which all keys of the model are */
    core.buckets.subList(buckets, core.buckets.size()).clear();
    if (broken != null) {
      core.buckets.replaceAll(bucket -> broken.bucket(core));
    }
    gets = new Gets<>(core);
    cache = new TieredCache<>(core, null);
  }

  /** Keys of one bucket. */
  static List<String> names(int bucket, int count) {
    return IntStream.iterate(0, i -> i + 1)
        .mapToObj(i -> "k" + i)
        .filter(name -> KeyName.of(NAMESPACE, name).bucket(Remote.BUCKETS) == bucket)
        .limit(count)
        .toList();
  }

  private CacheCore<String, String> core(FakeTicker ticker, long loaderTimeout) {
    long second = Duration.ofSeconds(1).toNanos();
    ComponentId id = new ComponentId("cache", NAMESPACE);
    CachePolicy policy =
        new CachePolicy(
            4 * second,
            60 * second,
            60 * second,
            20 * second,
            20 * second,
            30 * second,
            0,
            loaderTimeout,
            SILENCE,
            REDIS_TIMEOUT,
            Integer.MAX_VALUE,
            0,
            1,
            0);
    return new CacheCore<>(
        id,
        policy,
        Codec.string(),
        new Names<>(id, null),
        LocalBound.entries(1000),
        ticker,
        Guard.none(),
        timer,
        timer,
        () -> Instant.ofEpochSecond(0, ticker.read()),
        remote);
  }

  Bucket bucket(int of) {
    return core.buckets.get(of);
  }

  /** The bucket of a key. */
  Bucket home(String name) {
    return core.bucket(KeyName.of(NAMESPACE, name));
  }

  void lost() {
    subscribed = false;
    messages.clear();
    remote.listeners.values().forEach(BusListener::onLost);
  }

  void subscribedAgain() {
    subscribed = true;
    remote.listeners.values().forEach(BusListener::onSubscribed);
  }

  void hear(byte[] message) {
    int bucket = Integer.parseInt(new String(message, UTF_8).split("\\|", 3)[1]);
    BusListener listener = remote.listeners.get(bucket);
    if (listener != null) {
      listener.onMessage(message);
    }
  }

  void disconnect() {
    remote.connected = false;
    List.copyOf(remote.trips).stream()
        .filter(SteppedRemote.Trip::awaited)
        .forEach(trip -> trip.fail(ModelFailures.BROKEN));
  }

  @Override
  public String toString() {
    return String.valueOf("ABC".charAt(index));
  }
}
