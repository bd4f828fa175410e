package app.galion.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import app.galion.spi.Ticker;
import app.galion.testkit.RedisServer;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What callers and the server count while the server is flushed, paused and killed under load. */
@Tag("slow")
class FaultsUnderLoadTest extends UnderLoad {

  RedisServer server;
  Node node;

  @BeforeEach
  void start() throws Exception {
    server = RedisServer.startOwn("--appendonly", "yes", "--appendfsync", "always");
    node = Node.ofDefaults("t" + UUID.randomUUID(), server);
  }

  @AfterEach
  void stop() {
    node.close();
    server.close();
  }

  @Override
  RateLimiter limiter() {
    return node.limiter();
  }

  @Test
  void aScriptFlushEveryTenMillisecondsIsNoticedByNobody() throws Exception {
    underLoad(
        () -> {
          for (int i = 0; i < 200; i++) {
            server.command("SCRIPT", "FLUSH");
            rest(10);
          }
        });
    countsAgree("script flush");
    assertThat(byRedis.sum()).isGreaterThan(1_000);
    assertThat(unknown.sum()).as("a busy machine may miss a deadline").isLessThan(asked.sum() / 10);
  }

  @Test
  void aPausedServerReplaysNothing() throws Exception {
    underLoad(
        () -> {
          for (int i = 0; i < 4; i++) {
            rest(300);
            server.pause();
            rest(500);
            server.resume();
          }
        });
    countsAgree("pause");
    assertThat(unknown.sum()).isPositive();
  }

  @Test
  void aKilledServerWithItsDataOnDiskLosesNothingThatItAdmitted() throws Exception {
    underLoad(
        () -> {
          for (int i = 0; i < 3; i++) {
            rest(500);
            server.kill();
            rest(300);
            server.restart();
          }
          rest(500);
        });
    countsAgree("kill -9");
    assertThat(unknown.sum()).isPositive();
  }

  @Test
  void aFlushForgetsWhatWasChargedBeforeItAndNothingElse() throws Exception {
    underLoad(
        () -> {
          rest(500);
          server.command("FLUSHALL");
          rest(500);
        });
    long used = usedOnTheServer();
    System.out.printf("flush: admitted by Redis %d, charged since %d%n", byRedis.sum(), used);
    assertThat(used).isPositive().isLessThan(byRedis.sum() + unknown.sum());
  }

  @Test
  void everyDeadlineIsKeptWhileTheServerHangs() throws Exception {
    AtomicBoolean over = new AtomicBoolean();
    LongAdder late = new LongAdder();
    Ticker ticker = Ticker.system();
    Thread hanging =
        new Thread(
            () -> {
              server.pause();
              rest(2_000);
              server.resume();
              over.set(true);
            });
    hanging.start();
    List<Long> longest =
        Crowd.run(
            8,
            1,
            i ->
                () -> {
                  long most = 0;
                  while (!over.get()) {
                    long before = ticker.read();
                    ask();
                    long took = ticker.read() - before;
                    most = Math.max(most, took);
                    if (took > Duration.ofMillis(255).toNanos()) {
                      late.increment();
                    }
                  }
                  return most;
                });
    hanging.join();
    long worst = longest.stream().mapToLong(Long::longValue).max().orElseThrow();
    System.out.printf(
        "hanging server: the longest of %d decisions took %.1f ms, %d more than 255 ms%n",
        asked.sum(), worst / 1e6, late.sum());
    assertThat(worst).isLessThan(Duration.ofMillis(1_000).toNanos());
  }
}
