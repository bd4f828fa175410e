package app.galion.benchmarks.load;

import app.galion.testkit.Await;
import app.galion.testkit.FaultProxy;
import app.galion.testkit.RedisServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import org.HdrHistogram.Histogram;

/**
 * One node writes ten keys in turn, two read them as fast as they can; one of these has a fault for
 * a while. A value counts as stale from when the write of its successor returned.
 */
final class Staleness {
  static final int KEYS = 10;
  static final long WRITE_EVERY_MILLIS = 10;

  private static final Duration WARM_UP = Duration.ofSeconds(2);

  private final RedisServer server;
  private final Pace pace;

  Staleness(RedisServer server, Pace pace) {
    this.server = server;
    this.pace = pace;
  }

  List<StalenessResult> run() throws InterruptedException {
    List<StalenessResult> results = new ArrayList<>();
    for (Scenario scenario : Scenario.values()) {
      for (Product product : Product.values()) {
        StalenessResult result = run(scenario, product);
        System.out.printf(
            "%s, %s: p99 %.2f ms, max %.2f ms%n",
            scenario.text(), product.label(), result.p99(), result.max());
        results.add(result);
      }
    }
    return results;
  }

  private StalenessResult run(Scenario scenario, Product product) throws InterruptedException {
    server.command("FLUSHALL");
    Duration all = WARM_UP.plus(pace.whole());
    int versions = (int) (all.toMillis() / WRITE_EVERY_MILLIS / KEYS) + 10;
    History history = new History(KEYS, versions);
    UnaryOperator<String> database = key -> Integer.toString(history.latest(Keys.number(key)));
    try (FaultProxy toFaulty = FaultProxy.to("127.0.0.1", server.port());
        FaultProxy toSound = FaultProxy.to("127.0.0.1", server.port());
        NodeCache writer = product.open(server.uri(), database);
        NodeCache faulty = product.open(uri(toFaulty), database);
        NodeCache sound = product.open(uri(toSound), database)) {
      for (int key = 0; key < KEYS; key++) {
        write(writer, history, key);
      }
      Await.until(
          "both readers have every key",
          Duration.ofSeconds(20),
          () -> reads(faulty) && reads(sound));
      long start = System.nanoTime() + WARM_UP.toNanos();
      long end = start + pace.whole().toNanos();
      Reader first = new Reader(faulty, history, versions, start, end);
      Reader second = new Reader(sound, history, versions, start, end);
      Threads threads =
          new Threads(List.<Runnable>of(first, second, () -> write(writer, history, end)));
      until(start + pace.before().toNanos());
      scenario.begin(toFaulty);
      until(start + pace.before().plus(pace.fault()).toNanos());
      toFaulty.heal();
      threads.join();
      return result(scenario, product, history, first, second);
    }
  }

  private static StalenessResult result(
      Scenario scenario, Product product, History history, Reader faulty, Reader sound) {
    Histogram micros = new Histogram(TimeUnit.MINUTES.toMicros(5), 3);
    faulty.addTo(micros);
    sound.addTo(micros);
    long writes = 0;
    for (int key = 0; key < KEYS; key++) {
      writes += history.latest(key);
    }
    return new StalenessResult(
        scenario,
        product,
        writes,
        faulty.reads() + sound.reads(),
        micros.getValueAtPercentile(99) / 1e3,
        micros.getMaxValue() / 1e3,
        faulty.line(),
        sound.line());
  }

  private static String uri(FaultProxy proxy) {
    return "redis://127.0.0.1:" + proxy.port();
  }

  private static boolean reads(NodeCache node) {
    for (int key = 0; key < KEYS; key++) {
      if (!node.read(Keys.name(key)).equals("1")) {
        return false;
      }
    }
    return true;
  }

  private static void write(NodeCache writer, History history, long end) {
    int key = 0;
    for (long due = System.nanoTime(); due - end < 0 && history.room(key); ) {
      write(writer, history, key);
      key = (key + 1) % KEYS;
      due += TimeUnit.MILLISECONDS.toNanos(WRITE_EVERY_MILLIS);
      until(due);
    }
  }

  private static void write(NodeCache writer, History history, int key) {
    writer.write(Keys.name(key), Integer.toString(history.begin(key)));
    history.end(key, System.nanoTime());
  }

  private static void until(long nanos) {
    for (long left = nanos - System.nanoTime(); left > 0; left = nanos - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }
}
