package app.galion.redis;

import static app.galion.redis.RedisLink.bytes;
import static app.galion.redis.RedisLink.join;
import static org.assertj.core.api.Assertions.assertThat;

import app.galion.redis.RedisUnavailableException.Reason;
import app.galion.testkit.RedisServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Commands whose arguments are asked for when they are written. */
class LateArgumentsTest {
  private static final Duration LONG = Duration.ofSeconds(30);

  private static RedisServer server;
  private static RedisLink link;

  @BeforeAll
  static void connect() throws Exception {
    server = RedisServer.startOwn();
    link = RedisLink.builder("late", server.uri()).suspectAfter(LONG).build();
    assertThat(link.awaitAvailable(LONG)).isTrue();
    for (String key : List.of("a", "b", "c")) {
      join(link.command("SET", List.of(link.key(key), bytes("value of " + key)), LONG));
    }
  }

  @AfterAll
  static void disconnect() {
    link.close();
    server.close();
  }

  @BeforeEach
  void countAnew() {
    server.command("CONFIG", "RESETSTAT");
  }

  @Test
  void aCallOfTheConnectionsOwnThreadIsWrittenAfterThoseSentBeforeIt() {
    CompletableFuture<Void> followed = new CompletableFuture<>();
    CompletableFuture<Void> onItsThread = new CompletableFuture<>();
    CompletableFuture<Void> sent = new CompletableFuture<>();
    Supplier<List<byte[]>> onceFollowed =
        () -> {
          followed.join();
          return List.of(link.key("a"));
        };
    CompletableFuture<Reply> second =
        mget(onceFollowed)
            .thenCompose(
                reply -> {
                  onItsThread.complete(null);
                  sent.join();
                  return append("second");
                });
    followed.complete(null);
    onItsThread.join();
    CompletableFuture<Reply> first = append("first,");
    sent.complete(null);
    join(first);
    join(second);
    assertThat(join(link.command("GET", List.of(link.key("order")), LONG)).text(0))
        .isEqualTo("first,second");
  }

  private static CompletableFuture<Reply> append(String text) {
    return link.command("APPEND", List.of(link.key("order"), bytes(text)), LONG);
  }

  @Test
  void areAskedForOnceAndTakeAlongWhatJoinedUntilThen() throws Exception {
    List<byte[]> keys = Collections.synchronizedList(new ArrayList<>(List.of(link.key("a"))));
    AtomicInteger asked = new AtomicInteger();
    CompletableFuture<Reply> call;
    try (HeldLine unused = new HeldLine(link, "a")) {
      call = mget(counted(asked, keys));
      keys.add(link.key("b"));
      keys.add(link.key("c"));
      assertThat(asked).as("before it is written").hasValue(0);
    }
    Reply reply = join(call);
    keys.add(link.key("late"));

    assertThat(reply.size()).isEqualTo(3);
    assertThat(List.of(reply.text(0), reply.text(1), reply.text(2)))
        .containsExactly("value of a", "value of b", "value of c");
    assertThat(asked).hasValue(1);
    assertThat(commandstats()).contains("cmdstat_mget:calls=1,");
  }

  @Test
  void areNeverAskedForIfTheDeadlinePassesFirst() throws Exception {
    AtomicInteger asked = new AtomicInteger();
    try (HeldLine unused = new HeldLine(link, "a")) {
      RedisUnavailableException failure =
          FaultTest.failure(
              link.command(
                  "MGET",
                  link.key("a"),
                  counted(asked, List.of(link.key("a"))),
                  Duration.ofMillis(20)));
      assertThat(failure.reason()).isEqualTo(Reason.TIMEOUT);
      assertThat(failure.mayHaveExecuted()).isFalse();
    }
    assertThat(get("b")).succeedsWithin(LONG).isEqualTo("value of b");
    assertThat(asked).hasValue(0);
    assertThat(commandstats()).doesNotContain("cmdstat_mget");
  }

  @Test
  void thatCannotBeHadFailTheirOwnCallAlone() throws Exception {
    List<Supplier<List<byte[]>>> bad =
        List.of(
            () -> {
              throw new IllegalStateException("no arguments today");
            },
            () -> {
              throw new StackOverflowError();
            },
            () -> Collections.nCopies(3, null));
    long lost = link.counters().failures(Reason.DISCONNECTED).sum();
    for (Supplier<List<byte[]>> each : bad) {
      CompletableFuture<String> before;
      CompletableFuture<Reply> failing;
      CompletableFuture<String> after;
      try (HeldLine unused = new HeldLine(link, "a")) {
        before = get("a");
        failing = mget(each);
        after = get("b");
      }
      RedisUnavailableException failure = FaultTest.failure(failing);
      assertThat(failure).hasMessageContaining("cannot write MGET: java.lang.");
      assertThat(failure.reason()).isEqualTo(Reason.ERROR);
      assertThat(failure.mayHaveExecuted()).isFalse();
      assertThat(before).succeedsWithin(LONG).isEqualTo("value of a");
      assertThat(after).succeedsWithin(LONG).isEqualTo("value of b");
      assertThat(get("c")).succeedsWithin(LONG).isEqualTo("value of c");
    }
    assertThat(link.counters().failures(Reason.DISCONNECTED).sum()).isEqualTo(lost);
    assertThat(commandstats()).doesNotContain("cmdstat_mget");
  }

  private static Supplier<List<byte[]>> counted(AtomicInteger asked, List<byte[]> args) {
    return () -> {
      asked.incrementAndGet();
      return List.copyOf(args);
    };
  }

  private static CompletableFuture<Reply> mget(Supplier<List<byte[]>> keys) {
    return link.command("MGET", link.key("a"), keys, LONG);
  }

  private static CompletableFuture<String> get(String key) {
    return link.command("GET", List.of(link.key(key)), LONG).thenApply(reply -> reply.text(0));
  }

  private static String commandstats() {
    return String.valueOf(server.command("INFO", "commandstats"));
  }
}
