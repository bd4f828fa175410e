package app.galion.redis;

import static app.galion.redis.RedisLink.bytes;
import static app.galion.redis.RedisLink.join;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import app.galion.redis.RedisUnavailableException.Reason;
import app.galion.testkit.Await;
import app.galion.testkit.RedisServer;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class StandaloneTest {

  static final Duration LONG = Duration.ofSeconds(20);
  static final RedisScript ECHO = RedisScript.resource(StandaloneTest.class, "echo.lua");

  static RedisServer server;
  static RedisLink link;

  @BeforeAll
  static void connect() throws Exception {
    server = RedisServer.start();
    link = RedisLink.builder("t" + UUID.randomUUID(), server.uri()).suspectAfter(LONG).build();
    assertThat(link.awaitAvailable(LONG)).isTrue();
  }

  @AfterAll
  static void disconnect() {
    link.close();
    server.close();
  }

  @Test
  void sendsACommandAndReadsItsReply() {
    byte[] key = link.key("k");
    assertThat(join(link.command("SET", List.of(key, bytes("v")), LONG)).text(0)).isEqualTo("OK");
    assertThat(join(link.command("get", List.of(key), LONG)).text(0)).isEqualTo("v");
    Reply none = join(link.command("GET", List.of(link.key("none")), LONG));
    assertThat(none.size()).isEqualTo(1);
    assertThat(none.bytes(0)).isNull();
  }

  @Test
  void readsRepliesOfEveryShape() {
    Reply reply =
        join(link.eval(ECHO, List.of(link.key("a"), link.key("b")), List.of(bytes("x")), LONG));
    assertThat(reply.toString())
        .isEqualTo("[42, string of 1 bytes, null, [1, [], [2, string of 1 bytes], 3], 7]");
    assertThat(reply.list(3).list(2).text(1)).isEqualTo("z");
    assertThat(reply.integer(4)).isEqualTo(7);
    assertThat(reply.has(2)).isFalse();
    assertThatThrownBy(() -> reply.integer(3))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("element 3 of [42,");
  }

  @Test
  void runsAScriptThatTheServerHasForgotten() {
    server.command("SCRIPT", "FLUSH");
    long before = link.counters().unknownScripts.sum();
    for (int i = 0; i < 3; i++) {
      join(link.eval(ECHO, List.of(link.key("a"), link.key("b")), List.of(bytes("x")), LONG));
    }
    assertThat(link.counters().unknownScripts.sum() - before).isEqualTo(1);
  }

  @Test
  void saysThatTheServerAnsweredWithAnError() {
    join(link.command("SET", List.of(link.key("s"), bytes("text")), LONG));
    assertThatThrownBy(() -> join(link.command("INCR", List.of(link.key("s")), LONG)))
        .isInstanceOfSatisfying(
            RedisUnavailableException.class,
            e -> {
              assertThat(e.reason()).isEqualTo(Reason.ERROR);
              assertThat(e.mayHaveExecuted()).isTrue();
              assertThat(e.getStackTrace()).isEmpty();
            })
        .hasMessageContaining("INCR")
        .hasMessageContaining("not an integer");
  }

  @Test
  void deliversMessagesOnItsOwnThread() throws Exception {
    BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    BusListener listener =
        new BusListener() {
          @Override
          public void onMessage(byte[] message) {
            heard.add(new String(message) + " on " + Thread.currentThread().getName());
          }

          @Override
          public void onSubscribed() {
            heard.add("subscribed");
          }
        };
    String channel = link.app() + ":news";
    try (Subscription subscription = link.subscribe(channel, listener)) {
      assertThat(heard.poll(LONG.toSeconds(), TimeUnit.SECONDS)).isEqualTo("subscribed");
      join(link.command(link.publishCommand(), List.of(bytes(channel), bytes("hello")), LONG));
      assertThat(heard.poll(LONG.toSeconds(), TimeUnit.SECONDS))
          .isEqualTo("hello on galion-redis-" + link.app() + "-bus");
    }
    Await.until(
        "unsubscribed",
        LONG,
        () ->
            join(link.command("PUBLISH", List.of(bytes(channel), bytes("x")), LONG)).integer(0)
                == 0);
  }

  @Test
  void knowsTheServersTimeWithoutRunningAhead() {
    AtomicLong ahead = new AtomicLong(Long.MIN_VALUE);
    Await.until(
        "an answer that was not long on its way",
        LONG,
        () -> {
          long before = serverMicros();
          long estimate = link.serverMicros();
          ahead.accumulateAndGet(estimate - serverMicros(), Math::max);
          return estimate >= before - 50_000;
        });
    assertThat(ahead).as("never ahead").hasNonPositiveValue();
  }

  private static long serverMicros() {
    Reply time = join(link.command("TIME", List.of(), LONG));
    return time.integer(0) * 1_000_000 + time.integer(1);
  }

  @Test
  void refusesCommandsThatWouldHarmOtherCallers() {
    assertThatThrownBy(() -> link.command("multi", List.of(), LONG))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("MULTI");
    assertThatThrownBy(() -> link.command("GET k", List.of(), LONG))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("one word");
    assertThatThrownBy(() -> link.command("GET", List.of(link.key("k")), Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("PT0S");
  }
}
