package app.galion.ratelimit;

import static app.galion.ratelimit.Node.PATIENT;
import static org.assertj.core.api.Assertions.assertThat;

import app.galion.redis.RedisLink;
import app.galion.redis.RedisScript;
import app.galion.redis.Reply;
import app.galion.testkit.FakeTicker;
import app.galion.testkit.RedisServer;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Calendar quotas where clocks change, days are skipped, and nodes are wrong about the time. */
class CalendarTest {

  static final RedisScript DECIDE = RedisScript.resource(RedisLimits.class, "decide.lua");

  static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

  /** Half an hour of daylight saving; changes at midnight; a skipped 30 December 2011. */
  static final List<ZoneId> ZONES =
      List.of(
          BERLIN,
          ZoneOffset.UTC,
          ZoneId.of("America/Los_Angeles"),
          ZoneId.of("Australia/Lord_Howe"),
          ZoneId.of("America/Sao_Paulo"),
          ZoneId.of("America/Havana"),
          ZoneId.of("Asia/Kathmandu"),
          ZoneId.of("Pacific/Apia"));

  static RedisServer server;
  static RedisLink link;

  @BeforeAll
  static void start() throws Exception {
    server = RedisServer.start();
    link = Node.link("t" + UUID.randomUUID(), server.uri());
    assertThat(link.awaitAvailable(PATIENT)).isTrue();
  }

  @AfterAll
  static void stop() {
    link.close();
    server.close();
  }

  /** The date by which a period is known; a time that came before it is of the later one. */
  static LocalDate name(Instant time, CalendarPeriod period, ZoneId zone) {
    LocalDate day = time.atZone(zone).toLocalDate();
    return switch (period) {
      case DAY -> day;
      case WEEK -> day.minusDays(day.getDayOfWeek().getValue() - 1);
      case MONTH -> day.minusDays(day.getDayOfMonth() - 1);
    };
  }

  static long micros(Instant time) {
    return ChronoUnit.MICROS.between(Instant.EPOCH, time);
  }

  /** Asks with the windows that a node tells who believes that time. */
  private static Reply send(Instant now, Instant believed, Request request) {
    Batch batch = new Batch();
    batch.add(new Ask(request));
    return RedisLink.join(
        link.eval(
            DECIDE,
            batch.redisKeys(link.key("r1:")),
            batch.args(micros(now), () -> micros(believed)),
            PATIENT));
  }

  @Test
  void theScriptAndTheProcessCountByTheLocalCalendar() {
    for (long seed = 1; seed <= 150; seed++) {
      Random random = new Random(seed);
      ZoneId zone = ZONES.get(random.nextInt(ZONES.size()));
      CalendarPeriod period = CalendarPeriod.values()[random.nextInt(3)];
      int n = 1 + random.nextInt(8);
      LimitKey key = RatePolicy.calendar("quota", n, period, zone).by("s" + seed);
      AtomicReference<Instant> time =
          new AtomicReference<>(
              LocalDate.of(2011, 12, 1)
                  .plusDays(random.nextInt(400))
                  .atStartOfDay()
                  .toInstant(ZoneOffset.UTC));
      FakeTicker ticker = new FakeTicker();
      LocalLimits local = new LocalLimits(ticker, time::get, () -> 1);
      Map<LocalDate, Long> used = new HashMap<>();
      for (int step = 0; step < 60; step++) {
        Duration pause =
            Duration.ofMinutes(random.nextInt(period == CalendarPeriod.DAY ? 400 : 6_000));
        time.set(time.get().plus(pause));
        ticker.advance(pause);
        Instant now = time.get();
        LocalDate window = name(now, period, zone);
        long cost = random.nextInt(Math.min(n, 3) + 1);
        long before = used.getOrDefault(window, 0L);
        boolean admitted = cost == 0 || before + cost <= n;
        String what = "seed " + seed + ", step " + step + ": " + cost + " of " + key + " at " + now;
        Request request = Request.of(cost, key);
        Reply reply = send(now, now, request);
        Decision decision = local.decide(request);
        assertThat(reply.integer(1)).as(what).isEqualTo(admitted ? 1 : 0);
        assertThat(reply.integer(5)).as(what).isEqualTo(before);
        assertThat(decision.allowed()).as(what).isEqualTo(admitted);
        used.put(window, admitted ? before + cost : before);
        assertThat(decision.binding().remaining()).as(what).isEqualTo(n - used.get(window));
        if (!admitted) {
          Instant next = now.plus(reply.integer(2), ChronoUnit.MICROS);
          assertThat(name(next, period, zone)).as(what).isAfter(window);
          assertThat(name(next.minusNanos(1_000), period, zone)).as(what).isEqualTo(window);
          assertThat(decision.retryAfter()).as(what).isEqualTo(Duration.between(now, next));
        }
      }
    }
  }

  @Test
  void aDayMayHave23Or25Hours() {
    for (String day : List.of("2026-03-29", "2026-10-25")) {
      Instant start = LocalDate.parse(day).atStartOfDay(BERLIN).toInstant();
      CalendarWindow window = CalendarWindow.at(micros(start), CalendarPeriod.DAY, BERLIN);
      assertThat(Duration.of(window.end() - window.start(), ChronoUnit.MICROS))
          .hasHours(day.contains("-03-") ? 23 : 25);
      assertThat(window.start()).isEqualTo(micros(start));
    }
  }

  @Test
  void theServersClockPicksTheWindowWhateverTheNodeBelieves() {
    Instant midnight = LocalDate.of(2026, 11, 26).atStartOfDay(BERLIN).toInstant();
    LimitKey key = RatePolicy.calendar("picks", 2, CalendarPeriod.DAY, BERLIN).by("user");
    Request both = Request.of(2, key);
    assertThat(send(midnight.minusSeconds(1), midnight.minusSeconds(1), both).integer(1)).isOne();
    Instant slow = midnight.minusSeconds(30);
    assertThat(send(midnight.minusSeconds(1), slow, both).integer(1)).isZero();
    assertThat(send(midnight, slow, both).integer(1)).as("told of the next window too").isOne();
    assertThat(send(midnight.plusSeconds(1), midnight, both).integer(1)).isZero();
    Instant fast = midnight.plus(Duration.ofDays(1));
    assertThat(send(midnight.plusSeconds(2), fast, both).integer(1))
        .as("in neither of the windows that it was told")
        .isEqualTo(-2);
    assertThat(send(midnight.plusSeconds(3), midnight.minus(Duration.ofDays(9)), both).integer(1))
        .isEqualTo(-2);
  }

  @Test
  void aServerClockThatStepsBackStaysInTheWindowWhereItWas() {
    Instant midnight = LocalDate.of(2026, 11, 26).atStartOfDay(BERLIN).toInstant();
    LimitKey key = RatePolicy.calendar("back", 2, CalendarPeriod.DAY, BERLIN).by("user");
    Request one = key.alone();
    send(midnight.plusSeconds(5), midnight, one);
    Instant before = midnight.minusSeconds(5);
    assertThat(send(before, before, one).integer(1)).isOne();
    assertThat(send(before, before, one).integer(1)).as("counted in the later window").isZero();
    assertThat(send(midnight.plusSeconds(6), midnight, one).integer(1)).isZero();
  }

  @Test
  void aNodeThatKnowsNoServerTimeYetLearnsItFromTheAnswer() throws Exception {
    try (Node node = Node.of("t" + UUID.randomUUID(), server)) {
      LimitKey key =
          RatePolicy.calendar("learns", 5, CalendarPeriod.MONTH, BERLIN).deadline(PATIENT).by("u");
      key.policy().spec(() -> 0);
      for (int i = 5; i > 0; i--) {
        Decision decision = node.limiter().check(key);
        assertThat(decision.source()).isEqualTo(Decision.Source.REDIS);
        assertThat(decision.binding().remaining()).isEqualTo(i - 1);
        assertThat(decision.binding().resetAfter()).isLessThanOrEqualTo(Duration.ofDays(31));
      }
      Decision denied = node.limiter().check(key);
      assertThat(denied.allowed()).isFalse();
      assertThat(denied.toString()).contains("'learns' of 5 per PT720H");
    }
  }

  @Test
  void aChangedZoneKeepsWhatWasUsedWhileTheOldWindowLasts() {
    Instant noon = Instant.parse("2026-11-26T12:00:00Z");
    RatePolicy berlin = RatePolicy.calendar("moved", 3, CalendarPeriod.DAY, BERLIN);
    RatePolicy apia = RatePolicy.calendar("moved", 3, CalendarPeriod.DAY, ZONES.get(7));
    send(noon, noon, Request.of(2, berlin.by("user")));
    assertThat(send(noon, noon, Request.of(2, apia.by("user"))).integer(1)).isZero();
    assertThat(send(noon, noon, Request.of(1, apia.by("user"))).integer(1)).isOne();
    assertThat(send(noon, noon, Request.of(1, berlin.by("user"))).integer(1)).isZero();
  }
}
