package app.galion.redis;

import static app.galion.redis.RedisLink.join;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import app.galion.redis.RedisUnavailableException.Reason;
import app.galion.spi.Health;
import app.galion.spi.Ticker;
import app.galion.testkit.Await;
import app.galion.testkit.RedisServer;
import java.net.InetAddress;
import java.net.ServerSocket;
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
  static final Duration LONG = Duration.ofSeconds(10);
  static final Ticker CLOCK = Ticker.system();

  RedisServer server;
  RedisLink link;

  @BeforeEach
  void start() throws Exception {
    server = RedisServer.startOwn();
    link = RedisLink.builder("fault", server.uri()).build();
    assertThat(link.awaitAvailable(LONG)).isTrue();
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
    long epoch = link.epoch();
    server.kill();
    Await.until("disconnected", LONG, () -> !link.available());
    long from = CLOCK.read();
    RedisUnavailableException failure = failure(incr("n", SECOND));
    assertThat(millisSince(from)).isLessThan(100);
    assertThat(failure.reason()).isEqualTo(Reason.DISCONNECTED);
    assertThat(failure.mayHaveExecuted()).isFalse();
    assertThat(failure).hasMessageContaining("redis 'fault' is not connected to 127.0.0.1:");
    assertThat(link.health().status()).isEqualTo(Health.Status.DOWN);

    server.restart();
    from = CLOCK.read();
    Await.until("connected again", LONG, link::available);
    assertThat(millisSince(from)).isLessThan(1500);
    assertThat(link.epoch()).isEqualTo(epoch + 1);
    assertThat(link.health().status()).isEqualTo(Health.Status.UP);
    assertThat(join(incr("n", SECOND)).integer(0)).isEqualTo(1);
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
    server.kill();
    Await.until("failing", LONG, () -> failed.sum() > 100);
    server.restart();
    long soFar = answered.sum();
    Await.until("answered again", LONG, () -> answered.sum() > soFar + 1000);
    stop.set(true);
    for (Thread caller : callers) {
      caller.join();
    }
    assertThat(TimeUnit.NANOSECONDS.toMillis(longest.get())).isLessThan(100 + 150);
    Await.until("nothing waits", SECOND, () -> link.core().inFlight() == 0);
  }

  @Test
  void suspectsASilentServerAndFailsAtOnceUntilItSpeaks() {
    server.pause();
    long from = CLOCK.read();
    CompletableFuture<Reply> patient = incr("n", LONG);
    assertThat(failure(incr("n", Duration.ofMillis(50))).reason()).isEqualTo(Reason.TIMEOUT);
    Await.until("suspect", LONG, () -> !link.available());
    assertThat(millisSince(from)).isBetween(200L, 450L);
    from = CLOCK.read();
    RedisUnavailableException failure = failure(incr("n", SECOND));
    assertThat(millisSince(from)).isLessThan(100);
    assertThat(failure.reason()).isEqualTo(Reason.SUSPECT);
    assertThat(failure.mayHaveExecuted()).isFalse();
    assertThat(link.health().details()).containsValue("suspect");

    server.resume();
    from = CLOCK.read();
    Await.until("trusted again", LONG, link::available);
    assertThat(millisSince(from)).isLessThan(500);
    assertThat(join(patient).integer(0)).isEqualTo(1);
    assertThat(link.counters().suspicions.sum()).isEqualTo(1);
  }

  @Test
  void noticesASilentServerThoughNobodyCalls() {
    server.pause();
    Await.until("suspect", Duration.ofMillis(2500), () -> !link.available());
    server.resume();
    Await.until("trusted again", SECOND, link::available);
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
    join(link.command("PING", List.of(), SECOND));
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
    long epoch = link.epoch();
    server.command("FLUSHALL");
    Await.until("a new epoch", Duration.ofMillis(2500), () -> link.epoch() == epoch + 1);
    assertThat(link.available()).isTrue();
  }

  @Test
  void endsCallsCloseToTheirDeadline() throws Exception {
    try (RedisLink patient =
        RedisLink.builder("patient", server.uri()).suspectAfter(Duration.ofMinutes(1)).build()) {
      assertThat(patient.awaitAvailable(LONG)).isTrue();
      server.pause();
      int calls = 300;
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
      assertThat(ended.await(10, TimeUnit.SECONDS)).isTrue();
      Arrays.sort(late);
      System.out.printf(
          "lateness µs: p50 %d p99 %d max %d%n",
          late[calls / 2] / 1000, late[calls * 99 / 100] / 1000, late[calls - 1] / 1000);
      assertThat(late[0]).as("never early").isNotNegative();
      assertThat(late[calls / 2]).isLessThan(TimeUnit.MILLISECONDS.toNanos(3));
      assertThat(late[calls * 99 / 100]).isLessThan(TimeUnit.MILLISECONDS.toNanos(50));
    }
  }

  @Test
  void refusesMoreCallsThanMayWait() throws Exception {
    try (RedisLink narrow = RedisLink.builder("narrow", server.uri()).maxInFlight(10).build()) {
      assertThat(narrow.awaitAvailable(LONG)).isTrue();
      Await.until("idle", LONG, () -> narrow.core().inFlight() == 0);
      server.pause();
      for (int i = 0; i < 10; i++) {
        assertThat(narrow.command("PING", List.of(), LONG)).isNotDone();
      }
      RedisUnavailableException failure = failure(narrow.command("PING", List.of(), LONG));
      assertThat(failure.reason()).isEqualTo(Reason.OVERLOADED);
      assertThat(failure.mayHaveExecuted()).isFalse();
      server.resume();
      Await.until("room again", LONG, () -> narrow.core().inFlight() == 0);
      join(narrow.command("PING", List.of(), SECOND));
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
    assertThat(heard.poll(5, TimeUnit.SECONDS)).isEqualTo("subscribed");
    server.command("CLIENT", "KILL", "TYPE", "pubsub");
    assertThat(heard.poll(5, TimeUnit.SECONDS)).isEqualTo("lost");
    assertThat(heard.poll(5, TimeUnit.SECONDS)).isEqualTo("subscribed");
    server.command("PUBLISH", "fault:news", "1");
    assertThat(heard.poll(5, TimeUnit.SECONDS)).isEqualTo("1");
    server.kill();
    assertThat(heard.poll(5, TimeUnit.SECONDS)).isEqualTo("lost");
    server.restart();
    assertThat(heard.poll(5, TimeUnit.SECONDS)).isEqualTo("subscribed");
    server.pause();
    assertThat(heard.poll(8, TimeUnit.SECONDS)).as("a silent server").isEqualTo("lost");
    server.resume();
    assertThat(heard.poll(5, TimeUnit.SECONDS)).isEqualTo("subscribed");
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
    assertThat(heard.poll(5, TimeUnit.SECONDS)).isEqualTo("subscribed");
    server.command("PUBLISH", "fault:news", "1");
    server.command("PUBLISH", "fault:news", "2");
    assertThat(heard.poll(5, TimeUnit.SECONDS)).isEqualTo("1");
    assertThat(heard.poll(5, TimeUnit.SECONDS)).isEqualTo("2");
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
  void waitsInTheBackgroundForAServerThatIsNotThere() throws Exception {
    int free;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      free = socket.getLocalPort();
    }
    long from = CLOCK.read();
    try (RedisLink lonely = RedisLink.builder("lonely", "redis://127.0.0.1:" + free).build()) {
      assertThat(millisSince(from)).as("build does not block").isLessThan(1000);
      assertThat(lonely.awaitAvailable(Duration.ofMillis(300))).isFalse();
      assertThat(failure(lonely.command("PING", List.of(), SECOND)))
          .hasMessageContaining("Connection refused");
      assertThat(lonely.epoch()).isZero();
      assertThat(lonely.serverMicros()).isZero();
      from = CLOCK.read();
    }
    assertThat(millisSince(from)).as("close does not hang").isLessThan(3000);
  }

  @Test
  void givesUpOnAServerThatAcceptsAndSaysNothing() throws Exception {
    try (ServerSocket mute = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        RedisLink lonely =
            RedisLink.builder("mute", "redis://127.0.0.1:" + mute.getLocalPort())
                .connectTimeout(Duration.ofMillis(200))
                .build()) {
      Await.until(
          "an attempt given up", LONG, () -> lonely.health().details().containsKey("trouble"));
      assertThat(failure(lonely.command("PING", List.of(), SECOND)).reason())
          .isEqualTo(Reason.DISCONNECTED);
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

  @Test
  void rejectsWhatCannotBeBuilt() {
    assertThatThrownBy(() -> RedisLink.builder("a b", "redis://localhost"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("a b");
    assertThatThrownBy(() -> RedisLink.builder("a", "http://u:secret@localhost"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("address 1 of 1 is malformed")
        .hasMessageNotContaining("secret");
    assertThatThrownBy(
            () -> RedisLink.builder("a", "redis://localhost").suspectAfter(Duration.ZERO))
        .hasMessageContaining("suspectAfter PT0S");
    assertThatThrownBy(() -> RedisLink.builder("a", "redis://localhost").maxInFlight(0))
        .hasMessageContaining("maxInFlight 0");
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
