package app.galion.redis;

import static app.galion.redis.RedisLink.join;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import app.galion.redis.RedisUnavailableException.Reason;
import app.galion.spi.Health;
import app.galion.spi.Ticker;
import app.galion.testkit.Await;
import app.galion.testkit.RedisServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a link does when its server breaks, seen on a server that really does. */
class FaultTest {

  static final Duration SECOND = Duration.ofSeconds(1);
  static final Duration LONG = Duration.ofSeconds(20);
  static final int ROUNDS = 3;
  static final Ticker CLOCK = Ticker.system();

  RedisServer server;
  RedisLink link;

  @BeforeEach
  void start() throws Exception {
    server = RedisServer.startOwn();
    /* a stall of the test's machine is not the server's */
    link = RedisLink.builder("fault", server.uri()).suspectAfter(Duration.ofSeconds(3)).build();
    assertThat(link.awaitAvailable(LONG)).isTrue();
  }

  private RedisLink suspecting() throws InterruptedException {
    RedisLink built = RedisLink.builder("suspecting", server.uri()).build();
    assertThat(built.awaitAvailable(LONG)).isTrue();
    return built;
  }

  @AfterEach
  void stop() {
    link.close();
    server.close();
  }

  static RedisUnavailableException failure(CompletableFuture<?> call) {
    RedisUnavailableException failure =
        catchThrowableOfType(RedisUnavailableException.class, () -> join(call));
    assertThat(failure).as("the call's failure").isNotNull();
    return failure;
  }

  static long millisSince(long from) {
    return TimeUnit.NANOSECONDS.toMillis(CLOCK.read() - from);
  }

  CompletableFuture<Reply> incr(String key, Duration deadline) {
    return link.command("INCR", List.of(link.key(key)), deadline);
  }

  @Test
  void answersAtOnceWhileTheServerIsDeadAndRecoversByItself() {
    long quickest = Long.MAX_VALUE;
    for (int i = 0; i < ROUNDS; i++) {
      long epoch = link.epoch();
      server.kill();
      Await.until("disconnected", LONG, () -> !link.available());
      CompletableFuture<Reply> refused = incr("n", LONG);
      assertThat(refused).as("refused at once").isDone();
      RedisUnavailableException failure = failure(refused);
      assertThat(failure.reason()).isEqualTo(Reason.DISCONNECTED);
      assertThat(failure.mayHaveExecuted()).isFalse();
      assertThat(failure).hasMessageContaining("redis 'fault' is not connected to 127.0.0.1:");
      assertThat(link.health().status()).isEqualTo(Health.Status.DOWN);

      server.restart();
      long from = CLOCK.read();
      Await.until("connected again", LONG, link::available);
      quickest = Math.min(quickest, millisSince(from));
      assertThat(link.epoch()).isEqualTo(epoch + 1);
      assertThat(link.health().status()).isEqualTo(Health.Status.UP);
      assertThat(join(incr("n", LONG)).integer(0)).isEqualTo(1);
    }
    assertThat(quickest).isLessThan(1500);
  }

  @Test
  void endsEveryCallInTimeWhenTheServerIsKilledUnderLoad() throws Exception {
    Duration deadline = Duration.ofMillis(100);
    AtomicBoolean stop = new AtomicBoolean();
    AtomicLong longest = new AtomicLong();
    LongAdder answered = new LongAdder();
    LongAdder failed = new LongAdder();
    List<Thread> callers = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      Thread caller =
          new Thread(
              () -> {
                while (!stop.get()) {
                  long from = CLOCK.read();
                  try {
                    join(incr("load", deadline));
                    answered.increment();
                  } catch (RedisUnavailableException e) {
                    failed.increment();
                  }
                  longest.accumulateAndGet(CLOCK.read() - from, Math::max);
                }
              });
      caller.start();
      callers.add(caller);
    }
    Await.until("under load", LONG, () -> answered.sum() > 1000);
    long[] longestOfRound = new long[ROUNDS];
    for (int i = 0; i < ROUNDS; i++) {
      longest.set(0);
      long failedBefore = failed.sum();
      server.kill();
      Await.until("failing", LONG, () -> failed.sum() > failedBefore + 100);
      server.restart();
      long soFar = answered.sum();
      Await.until("answered again", LONG, () -> answered.sum() > soFar + 1000);
      longestOfRound[i] = TimeUnit.NANOSECONDS.toMillis(longest.get());
    }
    stop.set(true);
    for (Thread caller : callers) {
      caller.join();
    }
    Arrays.sort(longestOfRound);
    assertThat(longestOfRound[0]).as("of the best outage").isLessThan(100 + 300);
    assertThat(longestOfRound[ROUNDS - 1]).isLessThan(LONG.toMillis());
    Await.until("nothing waits", LONG, () -> link.core().inFlight() == 0);
  }

  @Test
  void suspectsASilentServerAndFailsAtOnceUntilItSpeaks() throws Exception {
    try (RedisLink suspecting = suspecting()) {
      long suspicions = suspecting.counters().suspicions.sum();
      server.pause();
      CompletableFuture<Reply> patient =
          suspecting.command("INCR", List.of(suspecting.key("n")), LONG);
      assertThat(failure(incr("n", Duration.ofMillis(50))).reason()).isEqualTo(Reason.TIMEOUT);
      Await.until("suspect", LONG, () -> !suspecting.available());
      CompletableFuture<Reply> refused = suspecting.command("PING", List.of(), LONG);
      assertThat(refused).as("refused at once").isDone();
      RedisUnavailableException failure = failure(refused);
      assertThat(failure.reason()).isEqualTo(Reason.SUSPECT);
      assertThat(failure.mayHaveExecuted()).isFalse();
      assertThat(suspecting.health().details()).containsValue("suspect");
      assertThat(suspecting.counters().suspicions.sum()).isEqualTo(suspicions + 1);

      server.resume();
      Await.until("trusted again", LONG, suspecting::available);
      assertThat(join(patient).integer(0)).isEqualTo(1);
    }
  }

  /** The quickest round tells of upper bounds, the slowest of lower ones: machines stall. */
  @Test
  void suspectsSoonAndTrustsAgainSoon() throws Exception {
    long[] suspected = new long[ROUNDS];
    long[] trusted = new long[ROUNDS];
    try (RedisLink suspecting = suspecting()) {
      for (int i = 0; i < ROUNDS; i++) {
        long from = CLOCK.read();
        server.pause();
        CompletableFuture<Reply> waiting = suspecting.command("PING", List.of(), LONG);
        Await.until("suspect", LONG, () -> !suspecting.available());
        suspected[i] = millisSince(from);
        from = CLOCK.read();
        server.resume();
        Await.until("trusted again", LONG, suspecting::available);
        trusted[i] = millisSince(from);
        assertThat(waiting).succeedsWithin(LONG);
      }
    }
    Arrays.sort(suspected);
    Arrays.sort(trusted);
    assertThat(suspected[0]).isLessThan(450);
    assertThat(suspected[ROUNDS - 1]).isGreaterThan(200);
    assertThat(trusted[0]).isLessThan(500);
  }

  @Test
  void noticesASilentServerThoughNobodyCalls() throws Exception {
    long quickest = Long.MAX_VALUE;
    try (RedisLink suspecting = suspecting()) {
      for (int i = 0; i < ROUNDS; i++) {
        long from = CLOCK.read();
        server.pause();
        Await.until("suspect", LONG, () -> !suspecting.available());
        quickest = Math.min(quickest, millisSince(from));
        server.resume();
        Await.until("trusted again", LONG, suspecting::available);
      }
    }
    assertThat(quickest).isLessThan(2500);
  }

  @Test
  void neverSendsACallTwice() throws Exception {
    server.pause();
    List<CompletableFuture<Reply>> calls = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      calls.add(incr("once", Duration.ofSeconds(30)));
    }
    for (CompletableFuture<Reply> call : calls) {
      RedisUnavailableException failure = failure(call); // the link gives the connection up
      assertThat(failure.reason()).isEqualTo(Reason.DISCONNECTED);
      assertThat(failure.mayHaveExecuted()).isTrue();
    }
    server.resume();
    assertThat(link.awaitAvailable(LONG)).isTrue();
    Await.until(
        "the server has read what was under way",
        LONG,
        () -> "100".equals(String.valueOf(server.command("GET", "fault:once"))));
    join(link.command("PING", List.of(), LONG));
    assertThat(String.valueOf(server.command("INFO", "commandstats")))
        .contains("cmdstat_incr:calls=100,");
  }

  @Test
  void countsEveryCallAtMostOnceWhileConnectionsBreak() throws Exception {
    int rounds = 20;
    long sure = 0;
    long maybe = 0;
    for (int i = 0; i < rounds; i++) {
      List<CompletableFuture<Reply>> calls = new ArrayList<>();
      for (int j = 0; j < 200; j++) {
        calls.add(incr("n", SECOND));
        if (j == 100) {
          server.command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
        }
      }
      for (CompletableFuture<Reply> call : calls) {
        try {
          join(call);
          sure++;
        } catch (RedisUnavailableException e) {
          maybe += e.mayHaveExecuted() ? 1 : 0;
        }
      }
      assertThat(link.awaitAvailable(LONG)).isTrue();
    }
    long counted = Long.parseLong(String.valueOf(server.command("GET", "fault:n")));
    assertThat(counted).isBetween(sure, sure + maybe);
    assertThat(link.counters().disconnects.sum()).isGreaterThanOrEqualTo(rounds / 2);
    assertThat(link.epoch()).as("the data never went away").isEqualTo(1);
  }

  @Test
  void beginsAnEpochWhenTheDataIsFlushed() {
    long quickest = Long.MAX_VALUE;
    for (int i = 0; i < ROUNDS; i++) {
      long epoch = link.epoch();
      long from = CLOCK.read();
      server.command("FLUSHALL");
      Await.until("a new epoch", LONG, () -> link.epoch() == epoch + 1);
      quickest = Math.min(quickest, millisSince(from));
      assertThat(link.available()).isTrue();
    }
    assertThat(quickest).isLessThan(2500);
  }

  @Test
  void endsCallsCloseToTheirDeadline() throws Exception {
    try (RedisLink patient =
        RedisLink.builder("patient", server.uri()).suspectAfter(Duration.ofMinutes(1)).build()) {
      assertThat(patient.awaitAvailable(LONG)).isTrue();
      server.pause();
      /* one stall of the test's machine makes all calls of a round late that are due in it */
      long[] medians = new long[ROUNDS];
      long[] high = new long[ROUNDS];
      for (int round = 0; round < ROUNDS; round++) {
        long[] late = lateness(patient, 300);
        assertThat(late[0]).as("never early").isNotNegative();
        medians[round] = late[late.length / 2];
        high[round] = late[late.length * 99 / 100];
      }
      Arrays.sort(medians);
      Arrays.sort(high);
      /* a timer of ticks of 100 ms, as the client library's is, would be 50 ms late at the median */
      assertThat(medians[0]).isLessThan(TimeUnit.MILLISECONDS.toNanos(25));
      assertThat(high[0]).isLessThan(TimeUnit.MILLISECONDS.toNanos(100));
      assertThat(high[ROUNDS - 1]).isLessThan(LONG.toNanos());
    }
  }

  private static long[] lateness(RedisLink patient, int calls) throws InterruptedException {
    long[] late = new long[calls];
    CountDownLatch ended = new CountDownLatch(calls);
    for (int i = 0; i < calls; i++) {
      int index = i;
      Duration deadline = Duration.ofMillis(5 + i % 40);
      long from = CLOCK.read();
      CompletableFuture<Reply> call = patient.command("PING", List.of(), deadline);
      call.whenComplete(
          (reply, error) -> {
            late[index] = CLOCK.read() - from - deadline.toNanos();
            ended.countDown();
          });
      if (i % 10 == 0) {
        assertThat(failure(patient.command("PING", List.of(), Duration.ofMillis(3))).reason())
            .isEqualTo(Reason.TIMEOUT);
      }
    }
    assertThat(ended.await(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
    Arrays.sort(late);
    return late;
  }

  @Test
  void refusesMoreCallsThanMayWait() throws Exception {
    try (RedisLink narrow =
        RedisLink.builder("narrow", server.uri()).maxInFlight(10).suspectAfter(LONG).build()) {
      assertThat(narrow.awaitAvailable(LONG)).isTrue();
      Await.until("idle", LONG, () -> narrow.core().inFlight() == 0);
      server.pause();
      List<CompletableFuture<Reply>> calls = new ArrayList<>();
      for (int i = 0; i < 11; i++) {
        calls.add(narrow.command("PING", List.of(), LONG));
      }
      assertThat(calls.stream().filter(call -> !call.isDone()).count())
          .as("what waits beside the link's own looks at its server")
          .isBetween(5L, 10L);
      RedisUnavailableException failure = failure(calls.get(10));
      assertThat(failure.reason()).isEqualTo(Reason.OVERLOADED);
      assertThat(failure.mayHaveExecuted()).isFalse();
      server.resume();
      Await.until("room again", LONG, () -> narrow.core().inFlight() == 0);
      join(narrow.command("PING", List.of(), LONG));
    }
  }

  @Test
  void carriesHugeArguments() {
    byte[] huge = new byte[20 << 20];
    Arrays.fill(huge, (byte) 'x');
    join(link.command("SET", List.of(link.key("huge"), huge), LONG));
    assertThat(join(link.command("GET", List.of(link.key("huge")), LONG)).bytes(0)).isEqualTo(huge);
  }

  @Test
  void tellsListenersWhenMessagesMayBeMissing() throws Exception {
    BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    link.subscribe("fault:news", new Recorder(heard));
    assertThat(heard.poll(LONG.toSeconds(), TimeUnit.SECONDS)).isEqualTo("subscribed");
    server.command("CLIENT", "KILL", "TYPE", "pubsub");
    assertThat(heard.poll(LONG.toSeconds(), TimeUnit.SECONDS)).isEqualTo("lost");
    assertThat(heard.poll(LONG.toSeconds(), TimeUnit.SECONDS)).isEqualTo("subscribed");
    server.command("PUBLISH", "fault:news", "1");
    assertThat(heard.poll(LONG.toSeconds(), TimeUnit.SECONDS)).isEqualTo("1");
    server.kill();
    assertThat(heard.poll(LONG.toSeconds(), TimeUnit.SECONDS)).isEqualTo("lost");
    server.restart();
    assertThat(heard.poll(LONG.toSeconds(), TimeUnit.SECONDS)).isEqualTo("subscribed");
    server.pause();
    assertThat(heard.poll(LONG.toSeconds(), TimeUnit.SECONDS))
        .as("a silent server")
        .isEqualTo("lost");
    server.resume();
    assertThat(heard.poll(LONG.toSeconds(), TimeUnit.SECONDS)).isEqualTo("subscribed");
  }

  @Test
  void survivesAListenerThatThrows() throws Exception {
    BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    link.subscribe(
        "fault:news",
        message -> {
          throw new IllegalStateException("listener's own trouble");
        });
    link.subscribe("fault:news", new Recorder(heard));
    assertThat(heard.poll(LONG.toSeconds(), TimeUnit.SECONDS)).isEqualTo("subscribed");
    server.command("PUBLISH", "fault:news", "1");
    server.command("PUBLISH", "fault:news", "2");
    assertThat(heard.poll(LONG.toSeconds(), TimeUnit.SECONDS)).isEqualTo("1");
    assertThat(heard.poll(LONG.toSeconds(), TimeUnit.SECONDS)).isEqualTo("2");
    assertThat(link.counters().listenerFailures.sum()).isEqualTo(2);
  }

  @Test
  void saysWhyAPasswordIsRefusedWithoutSayingIt() {
    server.command("CONFIG", "SET", "requirepass", "right-secret");
    try (RedisLink wrong =
        RedisLink.builder("pw", "redis://:wrong-secret@127.0.0.1:" + server.port()).build()) {
      Await.until(
          "refused",
          LONG,
          () -> wrong.health().details().getOrDefault("trouble", "").contains("WRONGPASS"));
      RedisUnavailableException failure = failure(wrong.command("PING", List.of(), SECOND));
      assertThat(failure.reason()).isEqualTo(Reason.DISCONNECTED);
      assertThat(failure.getMessage()).contains("WRONGPASS").doesNotContain("secret");
      assertThat(wrong.health().toString()).doesNotContain("secret");
    }
  }

  @Test
  void leavesNoThreadAndNoConnectionWhenClosed() {
    RedisLink other = RedisLink.builder("closing", server.uri()).build();
    other.subscribe("closing:c", message -> {});
    assertThat(other.fleet().size()).isEqualTo(1);
    Await.until("a name", LONG, () -> clients().contains("galion:closing"));
    Await.until("three threads", LONG, () -> threads("galion-redis-closing").size() == 3);
    assertThat(threads("galion-redis-closing")).allMatch(Thread::isDaemon);
    link.close();
    other.close();
    assertThat(failure(other.command("PING", List.of(), SECOND)).reason()).isEqualTo(Reason.CLOSED);
    assertThat(other.available()).isFalse();
    Await.until("no connection", LONG, () -> !clients().contains("galion:"));
    Await.until("no thread", LONG, () -> threads("galion-redis-").isEmpty());
    Await.until("no Lettuce thread", LONG, () -> threads("lettuce-").isEmpty());
    other.close();
  }

  private String clients() {
    return String.valueOf(server.command("CLIENT", "LIST"));
  }

  private static List<Thread> threads(String prefix) {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith(prefix))
        .toList();
  }

  /** Writes down what it hears. */
  record Recorder(BlockingQueue<String> heard) implements BusListener {
    @Override
    public void onMessage(byte[] message) {
      heard.add(new String(message));
    }

    @Override
    public void onSubscribed() {
      heard.add("subscribed");
    }

    @Override
    public void onLost() {
      heard.add("lost");
    }
  }
}
