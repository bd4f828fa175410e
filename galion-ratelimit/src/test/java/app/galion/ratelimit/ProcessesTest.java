package app.galion.ratelimit;

import static app.galion.ratelimit.FleetMember.FLIGHT;
import static app.galion.ratelimit.FleetMember.SPENT;
import static app.galion.ratelimit.Node.PATIENT;
import static org.assertj.core.api.Assertions.assertThat;

import app.galion.spi.Ticker;
import app.galion.testkit.Await;
import app.galion.testkit.RedisServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One to eight JVMs on one Redis: what they admit together, in health and in trouble. */
@Tag("slow")
class ProcessesTest {

  /** How far two clocks of one machine may run apart. */
  private static final double DRIFT = 1e-3;

  private final String app = "t" + UUID.randomUUID();
  private RedisServer server;

  record Admission(long asked, long answered, boolean byRedis) {}

  @BeforeEach
  void start() {
    server = RedisServer.startOwn();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private static List<Admission> admissions(List<String> lines, RatePolicy policy) {
    assertThat(lines).noneMatch(line -> line.startsWith("thrown"));
    List<Admission> admissions = new ArrayList<>();
    for (String line : lines) {
      String[] words = line.split(" ");
      if (words[0].equals(policy.name())) {
        admissions.add(
            new Admission(
                Long.parseLong(words[1]), Long.parseLong(words[2]), words[3].equals("REDIS")));
      }
    }
    admissions.sort(Comparator.comparingLong(Admission::answered));
    return admissions;
  }

  /** The most that any time saw above what is refilled in it. */
  private static double most(List<Admission> admissions, double perNano) {
    double most = 0;
    for (Admission first : admissions) {
      int sum = 0;
      for (Admission each : admissions) {
        if (each.asked >= first.asked) {
          sum++;
          double time = (each.answered - first.asked) * (1 + DRIFT);
          most = Math.max(most, sum - perNano * time);
        }
      }
    }
    return most;
  }

  private static double perNano(RatePolicy policy) {
    return (double) policy.limits().get(0).n() / policy.limits().get(0).period().toNanos();
  }

  private static void holds(String what, RatePolicy policy, double most, double bound) {
    System.out.printf("%s: %s admitted %.2f above refill, bound %.2f%n", what, policy, most, bound);
    assertThat(most).as("%s: %s", what, policy).isLessThanOrEqualTo(bound + 1e-6);
  }

  private static void logHolds(String what, List<Admission> admissions, int bound) {
    Limit limit = FleetMember.LOG.limits().get(0);
    double window = limit.period().toNanos() * (1 - DRIFT);
    long most = 0;
    for (Admission first : admissions) {
      most =
          Math.max(
              most,
              admissions.stream()
                  .filter(each -> each.asked >= first.asked)
                  .filter(each -> each.answered - first.asked < window)
                  .count());
    }
    System.out.printf("%s: %s admitted %d in a window, bound %d%n", what, limit, most, bound);
    assertThat(most).as(what).isLessThanOrEqualTo(bound);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4, 8})
  void processesTogetherKeepEveryWindow(int size) throws Exception {
    try (FleetOfProcesses fleet =
        new FleetOfProcesses(size, "hammer", server.uri(), app, Duration.ofSeconds(6))) {
      fleet.awaitEach("done");
      String what = size + " processes";
      for (RatePolicy policy : List.of(FleetMember.BUCKET, FleetMember.SMOOTH, FleetMember.LINE)) {
        List<Admission> admissions = admissions(fleet.lines(), policy);
        List<Admission> byRedis = admissions.stream().filter(Admission::byRedis).toList();
        assertThat(byRedis).as("%s: %s", what, policy).hasSizeGreaterThan(50);
        holds(what, policy, most(byRedis, perNano(policy)), policy.limits().get(0).capacity());
      }
      List<Admission> logged =
          admissions(fleet.lines(), FleetMember.LOG).stream().filter(Admission::byRedis).toList();
      assertThat(logged).hasSizeGreaterThan(20);
      logHolds(what, logged, 20);
    }
  }

  /** What is done to the server, and how many full capacities its counters may then admit. */
  enum Fault {
    SIGSTOP(1) {
      @Override
      void on(RedisServer server) {
        server.pause();
        LimiterContract.passes(Duration.ofSeconds(1));
        server.resume();
      }
    },
    SCRIPT_FLUSH(1) {
      @Override
      void on(RedisServer server) {
        server.command("SCRIPT", "FLUSH");
      }
    },
    FLUSHALL(2) {
      @Override
      void on(RedisServer server) {
        server.command("FLUSHALL");
      }
    },
    KILL_9(2) {
      @Override
      void on(RedisServer server) {
        server.kill();
        LimiterContract.passes(Duration.ofSeconds(1));
        server.restart();
      }
    };

    final int capacities;

    Fault(int capacities) {
      this.capacities = capacities;
    }

    abstract void on(RedisServer server);
  }

  @ParameterizedTest
  @EnumSource
  void processesKeepTheStatedBoundUnderEachFault(Fault fault) throws Exception {
    int size = 4;
    try (FleetOfProcesses fleet =
        new FleetOfProcesses(size, "hammer", server.uri(), app, Duration.ofSeconds(6))) {
      LimiterContract.passes(Duration.ofSeconds(2));
      fault.on(server);
      fleet.awaitEach("done");
      for (RatePolicy policy : List.of(FleetMember.BUCKET, FleetMember.SMOOTH)) {
        long capacity = policy.limits().get(0).capacity();
        long shares = size * Math.max(1, capacity / size);
        List<Admission> all = admissions(fleet.lines(), policy);
        List<Admission> byRedis = all.stream().filter(Admission::byRedis).toList();
        assertThat(all).isNotEmpty();
        long counted = fault.capacities * capacity;
        holds(fault + ", by Redis", policy, most(byRedis, perNano(policy)), counted);
        holds(fault + ", by all", policy, most(all, 2 * perNano(policy)), counted + shares);
      }
      logHolds(
          fault + ", by all",
          admissions(fleet.lines(), FleetMember.LOG),
          fault.capacities * 20 + 20);
    }
  }

  @Test
  void killedHoldersKeepTheirChargesAndLoseTheirLeases() throws Exception {
    try (Node node = Node.of(app, server);
        FleetOfProcesses fleet =
            new FleetOfProcesses(2, "hold", server.uri(), app, Duration.ofSeconds(60))) {
      fleet.awaitEach("held 4");
      LimitKey inFlight = FLIGHT.by("account");
      assertThat(node.limiter().state(inFlight).remaining()).isEqualTo(2);
      LimiterContract.passes(Duration.ofSeconds(2));
      assertThat(node.limiter().state(inFlight).remaining()).as("renewed").isEqualTo(2);
      assertThat(node.limiter().reserve(inFlight.costing(3)).granted()).isFalse();
      fleet.kill();
      long from = Ticker.system().read();
      Await.until(
          "the leases have ended", PATIENT, () -> node.limiter().state(inFlight).remaining() == 10);
      System.out.printf(
          "leases of 1 s ended %d ms after kill -9%n", (Ticker.system().read() - from) / 1_000_000);
      assertThat(node.limiter().state(SPENT.by("account")).remaining())
          .as("what was reserved stays charged")
          .isEqualTo(60);
    }
  }
}
