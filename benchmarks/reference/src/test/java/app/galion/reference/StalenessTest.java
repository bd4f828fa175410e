package app.galion.reference;

import static app.galion.reference.RunningReference.caller;
import static org.assertj.core.api.Assertions.assertThat;

import app.galion.spi.Ticker;
import app.galion.testkit.Await;
import java.time.Duration;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;

/** Writes on one node while both are read all the time. */
class StalenessTest {

  private static final String PATH = "/api/v1/users/77";
  private static final int ROUNDS = 200;
  private static final int READERS = 4;
  private static final Duration BOUND = Duration.ofSeconds(1);
  /* What the cache promises whatever is lost is 3 s, in which a stall of this machine does not count. */
  private static final Duration PROMISE = Duration.ofSeconds(6);
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /* The version of each write by the time at which its PUT had returned. */
  private final ConcurrentSkipListMap<Long, Long> written = new ConcurrentSkipListMap<>();
  private final Queue<String> late = new ConcurrentLinkedQueue<>();
  private final Queue<String> violations = new ConcurrentLinkedQueue<>();
  private final LongAdder reads = new LongAdder();
  private final AtomicBoolean stop = new AtomicBoolean();

  @Test
  void hardlyAReadIsOlderThanAWriteThatReturnedASecondBefore() throws InterruptedException {
    ExecutorService readers = Executors.newFixedThreadPool(READERS);
    try (RunningReference api = RunningReference.start()) {
      for (int reader = 0; reader < READERS; reader++) {
        int node = 1 + reader % 2;
        readers.execute(() -> read(api, node));
      }
      for (int round = 0; round < ROUNDS; round++) {
        int writer = 1 + round % 2;
        long version = put(api, writer, round);
        Await.until(
            "node " + (3 - writer) + " reads version " + version,
            PATIENCE,
            () -> get(api, 3 - writer) == version);
      }
      long settled = Ticker.system().read() + BOUND.toNanos();
      Await.until(
          "the last write's bound has passed",
          PATIENCE,
          () -> Ticker.system().read() - settled > BOUND.toNanos() / 2);
      stop.set(true);
      readers.shutdown();
      assertThat(readers.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
    } finally {
      stop.set(true);
      readers.shutdownNow();
    }
    assertThat(violations).isEmpty();
    assertThat(late)
        .as("of %d reads those that a stall of the test's machine made late", reads.sum())
        .hasSizeLessThan(1 + reads.intValue() / 100);
  }

  private long put(RunningReference api, int node, int round) {
    long version =
        api.put(node, PATH, "{\"name\":\"R" + round + "\"}")
            .as(caller())
            .send()
            .json()
            .path("version")
            .asLong();
    written.put(Ticker.system().read(), version);
    return version;
  }

  private static long get(RunningReference api, int node) {
    return api.get(node, PATH).as(caller()).send().json().path("version").asLong();
  }

  private void read(RunningReference api, int node) {
    while (!stop.get()) {
      long asked = Ticker.system().read();
      long seen = get(api, node);
      reads.increment();
      Map.Entry<Long, Long> old = written.floorEntry(asked - BOUND.toNanos());
      if (old != null && seen < old.getValue()) {
        Map.Entry<Long, Long> promised = written.floorEntry(asked - PROMISE.toNanos());
        boolean broken = promised != null && seen < promised.getValue();
        (broken ? violations : late)
            .add(
                "node "
                    + node
                    + " gave version "
                    + seen
                    + ", "
                    + old.getValue()
                    + " was "
                    + Duration.ofNanos(asked - old.getKey()).toMillis()
                    + " ms old");
      }
    }
  }
}
