package app.galion.ratelimit;

import app.galion.redis.RedisLink;
import app.galion.spi.Ticker;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * One process of a fleet: says "ready", waits for a line, does what its first argument says and
 * tells on its output. Processes of one machine share the origin of their ticker.
 */
final class FleetMember {

  static final Duration PERIOD = Duration.ofMillis(500);
  static final RatePolicy BUCKET = RatePolicy.tokenBucket("bucket", 60, PERIOD);
  static final RatePolicy LOG = RatePolicy.slidingExact("log", 20, PERIOD);
  static final RatePolicy SMOOTH = RatePolicy.smooth("smooth", 40, PERIOD);
  static final RatePolicy LINE = RatePolicy.smooth("line", 40, PERIOD).burst(3);
  static final RatePolicy FLIGHT =
      RatePolicy.concurrency("flight", 10)
          .leaseFor(Duration.ofSeconds(1))
          .deadline(Duration.ofSeconds(5));
  static final RatePolicy SPENT =
      RatePolicy.tokenBucket("spent", 100, Duration.ofDays(1)).deadline(Duration.ofSeconds(5));

  private FleetMember() {}

  public static void main(String[] args) throws Exception {
    String task = args[0];
    long nanos = Duration.ofMillis(Long.parseLong(args[3])).toNanos();
    try (RedisLink link = RedisLink.builder(args[2], args[1]).build();
        RateLimiter limiter = RateLimiter.builder("member").redis(link).build()) {
      if (!link.awaitAvailable(Duration.ofSeconds(30))) {
        throw new IllegalStateException("no Redis at " + args[1]);
      }
      limiter.check(0, BUCKET.by("warm"), LOG.by("warm"));
      System.out.println("ready " + link.fleet().self());
      awaitLine();
      if (task.equals("hold")) {
        hold(limiter);
      } else {
        hammer(limiter, nanos);
      }
    }
  }

  private static void awaitLine() throws IOException {
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    in.readLine();
  }

  /** Holds what it has reserved until it is killed. */
  private static void hold(RateLimiter limiter) throws IOException {
    List<Reservation> held = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      held.add(limiter.reserve(SPENT.by("account").costing(5), FLIGHT.by("account")));
    }
    System.out.println("held " + held.stream().filter(Reservation::granted).count());
    awaitLine();
    held.forEach(Reservation::close);
  }

  /** Asks without a pause; a line for each admission: policy, asked at, answered at, by whom. */
  private static void hammer(RateLimiter limiter, long nanos) throws InterruptedException {
    StringBuffer lines = new StringBuffer();
    List<Thread> threads = new ArrayList<>();
    for (RatePolicy policy : List.of(BUCKET, LOG, SMOOTH, LINE)) {
      Thread thread = new Thread(() -> ask(limiter, policy, nanos, lines));
      thread.start();
      threads.add(thread);
    }
    for (Thread thread : threads) {
      thread.join();
    }
    System.out.print(lines);
    System.out.println("done");
  }

  private static void ask(RateLimiter limiter, RatePolicy policy, long nanos, StringBuffer lines) {
    Ticker ticker = Ticker.system();
    LimitKey key = policy.by("everybody");
    long from = ticker.read();
    while (ticker.read() - from < nanos) {
      long before = ticker.read();
      Decision decision;
      try {
        decision =
            policy == LINE ? limiter.acquire(Duration.ofSeconds(1), key) : limiter.check(key);
      } catch (InterruptedException | RuntimeException e) {
        lines.append("thrown ").append(e).append('\n');
        return;
      }
      if (decision.allowed()) {
        lines.append(
            String.join(
                " ",
                policy.name(),
                Long.toString(before),
                Long.toString(ticker.read()),
                decision.source() + "\n"));
      }
    }
  }
}
