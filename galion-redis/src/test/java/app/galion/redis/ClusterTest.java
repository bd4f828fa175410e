package app.galion.redis;

import static app.galion.redis.RedisLink.bytes;
import static app.galion.redis.RedisLink.join;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import app.galion.redis.RedisUnavailableException.Reason;
import app.galion.spi.Health;
import app.galion.spi.Ticker;
import app.galion.testkit.Await;
import app.galion.testkit.RedisClusterServers;
import app.galion.testkit.RedisServer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** A link to a cluster of three primaries with a replica each; the last tests break it. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ClusterTest {

  private static final Duration LONG = Duration.ofSeconds(20);
  private static final Ticker CLOCK = Ticker.system();
  /* In slots 3300, 11694 and 7629: a different third each. */
  private static final List<String> THIRDS = List.of("{b}", "{c}", "{d}");
  private static final RedisScript ECHO = RedisScript.resource(ClusterTest.class, "echo.lua");

  private static RedisClusterServers cluster;
  private RedisLink link;

  @BeforeAll
  static void startCluster() {
    cluster = RedisClusterServers.start(3, 1);
  }

  @AfterAll
  static void stopCluster() {
    cluster.close();
  }

  @BeforeEach
  void connect() throws Exception {
    /* a stall of the test's machine is not a server's */
    connect(RedisLink.builder("cluster", cluster.uris()).suspectAfter(Duration.ofSeconds(5)));
  }

  private void connect(RedisLink.Builder builder) throws InterruptedException {
    link = builder.build();
    assertThat(link.awaitAvailable(LONG)).isTrue();
    Await.until("all primaries", LONG, () -> link.health().status() == Health.Status.UP);
  }

  @AfterEach
  void disconnect() {
    link.close();
  }

  private Reply command(String name, String key, String... args) {
    List<byte[]> all = new ArrayList<>(List.of(link.key(key)));
    for (String arg : args) {
      all.add(bytes(arg));
    }
    return join(link.command(name, all, LONG));
  }

  private RedisServer primaryOf(String key) {
    return cluster.primaryOf(new String(link.key(key), StandardCharsets.UTF_8));
  }

  @Test
  @Order(1)
  void findsTheServerOfEachKey() {
    assertThat(link.topology()).isEqualTo(Topology.CLUSTER);
    assertThat(THIRDS.stream().map(this::primaryOf).distinct()).hasSize(3);
    for (int i = 0; i < 100; i++) {
      assertThat(command("INCR", "n:" + i).integer(0)).isEqualTo(1);
      assertThat(command("DEL", "n:" + i).integer(0)).isEqualTo(1);
    }
  }

  @Test
  @Order(2)
  void runsScriptsWhereTheirKeysAre() {
    for (String third : THIRDS) {
      List<byte[]> keys = List.of(link.key(third + "a"), link.key(third + "b"));
      assertThatCode(() -> join(link.eval(ECHO, keys, List.of(bytes("x")), LONG)))
          .doesNotThrowAnyException();
    }
    for (RedisServer node : cluster.nodes()) {
      node.command("SCRIPT", "FLUSH");
    }
    for (String third : THIRDS) {
      assertThatCode(
              () -> join(link.eval(ECHO, List.of(link.key(third)), List.of(bytes("x")), LONG)))
          .doesNotThrowAnyException();
    }
  }

  @Test
  @Order(3)
  void refusesKeysOfDifferentSlots() {
    List<byte[]> keys = List.of(link.key("{b}"), link.key("{c}"));

    assertThatThrownBy(() -> join(link.eval(ECHO, keys, List.of(bytes("x")), LONG)))
        .isInstanceOf(RedisUnavailableException.class)
        .hasMessageContaining("its 2 keys are in different hash slots")
        .hasMessageContaining("hash tag");
  }

  @Test
  @Order(4)
  void hearsChannelsOnTheServersOfTheirSlots() throws Exception {
    for (String third : THIRDS) {
      LinkedBlockingQueue<String> heard = new LinkedBlockingQueue<>();
      String channel = new String(link.key("bus:" + third), StandardCharsets.UTF_8);
      try (Subscription unused = link.subscribe(channel, collecting(heard))) {
        assertThat(heard.poll(20, TimeUnit.SECONDS)).isEqualTo("(subscribed)");
        join(link.command(link.publishCommand(), List.of(bytes(channel), bytes("hi")), LONG));
        assertThat(heard.poll(20, TimeUnit.SECONDS)).isEqualTo("hi");
      }
    }
  }

  private static BusListener collecting(LinkedBlockingQueue<String> heard) {
    return new BusListener() {
      @Override
      public void onMessage(byte[] message) {
        heard.add(new String(message, StandardCharsets.UTF_8));
      }

      @Override
      public void onSubscribed() {
        heard.add("(subscribed)");
      }

      @Override
      public void onLost() {
        heard.add("(lost)");
      }
    };
  }

  @Test
  @Order(5)
  void asksForLateArgumentsOnceHoweverOftenTheirSlotSendsThemOn() throws Exception {
    String key = "{late}";
    String whole = new String(link.key(key), StandardCharsets.UTF_8);
    RedisServer source = primaryOf(key);
    RedisServer target = otherThan(source);
    command("SET", key, "v");
    halfMove(whole, source, target);
    AtomicInteger asked = new AtomicInteger();

    assertThat(lateMget(key, asked)).succeedsWithin(LONG).isEqualTo("v");
    assertThat(asked).as("after an ASK").hasValue(1);
    assertThat(link.counters().redirects.sum()).isEqualTo(1);

    CompletableFuture<String> call;
    try (HeldLine unused = new HeldLine(link, key)) {
      call = lateMget(key, asked);
      cluster.moveSlot(whole, target);
    }
    assertThat(call).succeedsWithin(LONG).isEqualTo("v");
    assertThat(asked).as("after a MOVED").hasValue(2);
    assertThat(link.counters().redirects.sum()).isGreaterThanOrEqualTo(2);
  }

  private CompletableFuture<String> lateMget(String key, AtomicInteger asked) {
    return link.command(
            "MGET",
            link.key(key),
            () -> {
              asked.incrementAndGet();
              return List.of(link.key(key));
            },
            LONG)
        .thenApply(reply -> reply.text(0));
  }

  private RedisServer otherThan(RedisServer primary) {
    return THIRDS.stream()
        .map(this::primaryOf)
        .filter(other -> other != primary)
        .findFirst()
        .orElseThrow();
  }

  /** Moves a key, but leaves its slot where it was. */
  private static void halfMove(String key, RedisServer source, RedisServer target) {
    String slot = String.valueOf(source.command("CLUSTER", "KEYSLOT", key));
    String sourceId = String.valueOf(source.command("CLUSTER", "MYID"));
    String targetId = String.valueOf(target.command("CLUSTER", "MYID"));
    target.command("CLUSTER", "SETSLOT", slot, "IMPORTING", sourceId);
    source.command("CLUSTER", "SETSLOT", slot, "MIGRATING", targetId);
    source.command("MIGRATE", target.host(), Integer.toString(target.port()), key, "0", "5000");
  }

  @Test
  @Order(6)
  void losesNoCallAndNoChannelWhenASlotMoves() throws Exception {
    String key = "{moving}";
    String whole = new String(link.key(key), StandardCharsets.UTF_8);
    RedisServer source = primaryOf(key);
    RedisServer target = otherThan(source);
    LinkedBlockingQueue<String> heard = new LinkedBlockingQueue<>();
    try (Subscription unused = link.subscribe(whole, collecting(heard))) {
      assertThat(heard.poll(20, TimeUnit.SECONDS)).isEqualTo("(subscribed)");
      AtomicBoolean stop = new AtomicBoolean();
      LongAdder counted = new LongAdder();
      LinkedBlockingQueue<Throwable> failures = new LinkedBlockingQueue<>();
      Thread caller =
          new Thread(
              () -> {
                while (!stop.get()) {
                  try {
                    command("INCR", key);
                    counted.increment();
                  } catch (RuntimeException e) {
                    failures.add(e);
                  }
                }
              });
      caller.start();
      Await.until("calls", LONG, () -> counted.sum() > 100);
      cluster.moveSlot(whole, target);
      long moved = counted.sum();
      Await.until("calls after the move", LONG, () -> counted.sum() > moved + 100);
      stop.set(true);
      caller.join();

      assertThat(failures).isEmpty();
      assertThat(command("GET", key).integer(0)).isEqualTo(counted.sum());
      Await.until(
          "the channel is heard at its new place",
          LONG,
          () -> {
            join(link.command(link.publishCommand(), List.of(bytes(whole), bytes("on")), LONG));
            return heard.contains("on");
          });
    }
  }

  @Test
  @Order(7)
  void aSilentPrimaryHoldsUpNoOtherKeys() throws Exception {
    link.close();
    connect(RedisLink.builder("cluster", cluster.uris()));
    RedisServer frozen = primaryOf(THIRDS.get(0));
    List<Long> took = new ArrayList<>();
    frozen.pause();
    try {
      Await.until(
          "suspect",
          LONG,
          () -> {
            long from = CLOCK.read();
            RedisUnavailableException failure =
                FaultTest.failure(
                    link.command("GET", List.of(link.key(THIRDS.get(0))), Duration.ofMillis(100)));
            took.add(FaultTest.millisSince(from));
            return failure.reason() == Reason.SUSPECT && link.health().status() != Health.Status.UP;
          });
      Collections.sort(took);
      assertThat(took.get(took.size() / 2)).as("of most calls").isLessThan(400);
      for (String other : THIRDS.subList(1, 3)) {
        Await.until("others are answered", LONG, () -> serves(other));
      }
    } finally {
      frozen.resume();
    }
    Await.until("heard again", LONG, () -> link.health().status() == Health.Status.UP);
  }

  @Test
  @Order(8)
  void recoversWithinTenSecondsFromALostPrimaryWhileTheOthersGoOn() throws Exception {
    long epoch = link.epoch();
    cluster.awaitSound(LONG);
    String key = THIRDS.get(2);
    String channel = new String(link.key("bus:" + key), StandardCharsets.UTF_8);
    LinkedBlockingQueue<String> heard = new LinkedBlockingQueue<>();
    try (Subscription unused = link.subscribe(channel, collecting(heard))) {
      assertThat(heard.poll(20, TimeUnit.SECONDS)).isEqualTo("(subscribed)");
      long killed = CLOCK.read();
      cluster.killPrimaryOf(new String(link.key(key), StandardCharsets.UTF_8));
      Await.until("others are answered", LONG, () -> serves(THIRDS.get(1)));
      Await.until("a new primary serves", LONG, () -> serves(key));
      assertThat(CLOCK.read() - killed).isLessThan(Duration.ofSeconds(10).toNanos());
      Await.until("a new epoch", LONG, () -> link.epoch() > epoch);
      Await.until(
          "the channel is heard again",
          LONG,
          () -> {
            join(link.command(link.publishCommand(), List.of(bytes(channel), bytes("on")), LONG));
            return heard.contains("on");
          });
      assertThat(heard).contains("(lost)");
    }
  }

  private boolean serves(String key) {
    try {
      command("SET", key, "back");
      return true;
    } catch (RedisUnavailableException e) {
      return false;
    }
  }
}
