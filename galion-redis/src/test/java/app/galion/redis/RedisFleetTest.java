package app.galion.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import app.galion.spi.Fleet;
import app.galion.testkit.Await;
import app.galion.testkit.RedisServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RedisFleetTest {

  static final Duration LONG = Duration.ofSeconds(20);

  RedisServer server;
  final List<RedisLink> links = new ArrayList<>();

  @BeforeEach
  void start() throws Exception {
    server = RedisServer.startOwn();
    for (int i = 0; i < 3; i++) {
      RedisLink link = link("n" + i);
      links.add(link);
    }
  }

  private RedisLink link(String nodeName) throws InterruptedException {
    RedisLink link =
        RedisLink.builder("fleet", server.uri())
            .nodeName(nodeName)
            .suspectAfter(Duration.ofSeconds(5))
            .build();
    assertThat(link.awaitAvailable(LONG)).isTrue();
    return link;
  }

  @AfterEach
  void stop() {
    links.forEach(RedisLink::close);
    server.close();
  }

  Fleet fleet(int i) {
    return links.get(i).fleet();
  }

  void awaitSize(int size) {
    links.forEach(RedisLink::fleet);
    for (RedisLink link : links) {
      Await.until("fleet of " + size, LONG, () -> link.fleet().size() == size);
    }
  }

  static boolean lease(Fleet fleet, String name, Duration duration) throws Exception {
    return fleet
        .tryLease(name, duration)
        .toCompletableFuture()
        .get(LONG.toSeconds(), TimeUnit.SECONDS);
  }

  @Test
  void countsTheLivingAndNoticesWhoGoes() throws Exception {
    assertThat(fleet(0).self()).startsWith("n0-").isNotEqualTo(fleet(1).self());
    long quickest = Long.MAX_VALUE;
    for (int round = 0; round < 3; round++) {
      awaitSize(3);
      long from = FaultTest.CLOCK.read();
      links.remove(2).close();
      for (RedisLink link : links) {
        Await.until("told of who left", LONG, () -> link.fleet().size() == 2);
      }
      quickest = Math.min(quickest, FaultTest.millisSince(from));
      links.add(link("n2"));
    }
    assertThat(quickest).as("told, before it would be missed").isLessThan(2000);
  }

  @Test
  void keepsItsSizeThroughAnOutageAndAFlush() {
    awaitSize(3);
    server.command("FLUSHALL");
    Await.until(
        "known again",
        LONG,
        () -> {
          assertThat(fleet(0).size()).isEqualTo(3);
          return links.get(0).epoch() > 1;
        });
    server.kill();
    Await.until("away", LONG, () -> !links.get(0).available());
    assertThat(fleet(0).size()).isEqualTo(3);
    server.restart();
    Await.until("there", LONG, () -> links.stream().allMatch(RedisLink::available));
    assertThat(fleet(0).size()).isEqualTo(3);
  }

  @Test
  void showsEverybodysNotesWithinASecond() {
    awaitSize(3);
    fleet(1).post("other", "x");
    long shown = Long.MAX_VALUE;
    long takenBack = Long.MAX_VALUE;
    for (int round = 0; round < 3; round++) {
      String open = round + ":7 ünïcode";
      fleet(0).post("votes", open);
      fleet(1).post("votes", "closed");
      Map<String, String> expected = Map.of(fleet(0).self(), open, fleet(1).self(), "closed");
      long from = FaultTest.CLOCK.read();
      for (int i = 0; i < 3; i++) {
        Fleet fleet = fleet(i);
        Await.until("notes", LONG, () -> fleet.posts("votes").equals(expected));
      }
      shown = Math.min(shown, FaultTest.millisSince(from));
      from = FaultTest.CLOCK.read();
      fleet(0).post("votes", "");
      assertThat(fleet(0).posts("votes")).doesNotContainKey(fleet(0).self());
      Await.until("taken back", LONG, () -> fleet(2).posts("votes").size() == 1);
      takenBack = Math.min(takenBack, FaultTest.millisSince(from));
    }
    assertThat(shown).isLessThan(1500);
    assertThat(takenBack).isLessThan(1500);
    assertThat(fleet(2).posts("nothing")).isEmpty();
    assertThatThrownBy(() -> fleet(0).post("", "x")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> fleet(0).post("t", "x".repeat(1025)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void letsOneNodeHoldALease() throws Exception {
    Await.until("taken", LONG, () -> lease(fleet(0), "probe", LONG));
    Await.until("kept", LONG, () -> lease(fleet(0), "probe", LONG));
    assertThat(lease(fleet(1), "probe", LONG)).isFalse();
    fleet(1).releaseLease("probe");
    assertThat(lease(fleet(1), "probe", LONG)).as("only its holder gives it back").isFalse();
    fleet(0).releaseLease("probe");
    Await.until("given back", LONG, () -> lease(fleet(1), "probe", Duration.ofMillis(50)));
    Await.until("run out", LONG, () -> lease(fleet(2), "probe", LONG));
    server.kill();
    assertThat(lease(fleet(2), "probe", LONG)).as("unknown").isFalse();
  }
}
