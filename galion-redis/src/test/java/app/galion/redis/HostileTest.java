package app.galion.redis;

import static app.galion.redis.RedisLink.bytes;
import static app.galion.redis.RedisLink.join;
import static org.assertj.core.api.Assertions.assertThat;

import app.galion.redis.RedisUnavailableException.Reason;
import app.galion.testkit.Await;
import app.galion.testkit.RedisServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a link does with addresses, rights and numbers that nobody should give it. */
class HostileTest {

  static final Duration SECOND = Duration.ofSeconds(1);
  static final Duration LONG = Duration.ofSeconds(15);

  static RedisServer server;

  @BeforeAll
  static void start() {
    server = RedisServer.startOwn();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static void refuses(String uri, String why) {
    try (RedisLink link = RedisLink.builder("hostile", uri).build()) {
      Await.until(
          "trouble", LONG, () -> link.health().details().getOrDefault("trouble", "").contains(why));
      RedisUnavailableException failure =
          FaultTest.failure(link.command("PING", List.of(), SECOND));
      assertThat(failure.reason()).isEqualTo(Reason.DISCONNECTED);
      assertThat(failure.mayHaveExecuted()).isFalse();
    }
  }

  @Test
  void namesAHostThatDoesNotExist() {
    refuses("redis://no-such-host.invalid:6379", "no-such-host.invalid");
  }

  @Test
  void doesNotTalkInTheClearWhereTlsIsAskedFor() {
    refuses("rediss://127.0.0.1:" + server.port(), "127.0.0.1:" + server.port());
  }

  @Test
  void carriesOnWithoutTheRightToAskForAnything() {
    server.command("ACL", "SETUSER", "narrow", "on", ">pw", "~*", "&*", "+get", "+ping");
    try (RedisLink link =
        RedisLink.builder("narrow", "redis://narrow:pw@127.0.0.1:" + server.port())
            .suspectAfter(LONG)
            .build()) {
      Await.until("available", LONG, link::available);
      assertThat(join(link.command("GET", List.of(link.key("k")), LONG)).has(0)).isFalse();
    }
  }

  @Test
  void listensToTenThousandChannelsAndForgetsThem() throws Exception {
    try (RedisLink link = RedisLink.builder("many", server.uri()).suspectAfter(LONG).build()) {
      assertThat(link.awaitAvailable(LONG)).isTrue();
      LongAdder heard = new LongAdder();
      List<Subscription> all = new ArrayList<>();
      for (int i = 0; i < 10_000; i++) {
        all.add(link.subscribe("many:" + i, message -> heard.increment()));
      }
      Await.until("subscribed", LONG, () -> listeners("many:9999") == 1);
      for (int i = 0; i < 10_000; i += 1000) {
        join(link.command("PUBLISH", List.of(bytes("many:" + i), bytes("x")), LONG));
      }
      Await.until("heard", LONG, () -> heard.sum() == 10);
      all.forEach(Subscription::close);
      Await.until("forgotten", LONG, () -> listeners("many:9999") == 0);
      Await.until("no bus connection", LONG, () -> !clients().contains("galion:many"));
    }
  }

  private static long listeners(String channel) {
    List<?> reply = (List<?>) server.command("PUBSUB", "NUMSUB", channel);
    return reply == null ? 0 : Long.parseLong(String.valueOf(reply.get(1)));
  }

  private static String clients() {
    return String.valueOf(server.command("CLIENT", "LIST", "TYPE", "pubsub"));
  }

  @Test
  void closesWhileItReconnects() {
    try (RedisServer own = RedisServer.startOwn()) {
      RedisLink link = RedisLink.builder("closing", own.uri()).build();
      link.subscribe("closing:c", message -> {});
      Await.until("connected", LONG, link::available);
      own.kill();
      Await.until("away", LONG, () -> !link.available());
      own.restart();
      long from = FaultTest.CLOCK.read();
      link.close();
      assertThat(FaultTest.millisSince(from)).isLessThan(LONG.toMillis());
      Await.until(
          "no connection",
          LONG,
          () -> !String.valueOf(own.command("CLIENT", "LIST")).contains("galion:closing"));
    }
  }
}
