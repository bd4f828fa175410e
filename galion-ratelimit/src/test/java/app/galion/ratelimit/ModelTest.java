package app.galion.ratelimit;

import static app.galion.ratelimit.Node.PATIENT;
import static org.assertj.core.api.Assertions.assertThat;

import app.galion.ratelimit.Model.Said;
import app.galion.ratelimit.RandomSteps.Held;
import app.galion.ratelimit.RandomSteps.Step;
import app.galion.redis.RedisLink;
import app.galion.redis.RedisScript;
import app.galion.redis.Reply;
import app.galion.testkit.FakeTicker;
import app.galion.testkit.RedisServer;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Random steps under random policies, taken by the simplest model and by the real thing. */
class ModelTest {

  private static final RedisScript DECIDE = RedisScript.resource(RedisLimits.class, "decide.lua");

  private final Map<Act, Integer> steps = new HashMap<>();
  private int taken;

  @Test
  void theScriptSaysWhatTheModelSays() throws Exception {
    inRedis(20_000, 25);
  }

  @Test
  void theLimitsOfAProcessSayWhatTheModelSays() {
    inProcess(20_000, 25);
  }

  @Test
  @Tag("long")
  @Timeout(value = 20, unit = TimeUnit.MINUTES)
  void aMillionStepsInRedisAndInProcessAreThoseOfTheModel() throws Exception {
    inRedis(600_000, 40);
    inProcess(400_000, 40);
    System.out.printf("the model and the real thing agreed on %d steps: %s%n", taken, steps);
  }

  private void count(Step step) {
    taken++;
    steps.merge(step.request().act, 1, Integer::sum);
  }

  private void inRedis(int most, int ofEach) throws Exception {
    try (RedisServer server = RedisServer.startOwn();
        RedisLink link = Node.link("t" + UUID.randomUUID(), server.uri())) {
      assertThat(link.awaitAvailable(PATIENT)).isTrue();
      int end = taken + most;
      for (long seed = 1; taken < end; seed++) {
        RandomSteps random = new RandomSteps(seed, true);
        for (int each = 0; each < ofEach; ) {
          random.pass();
          List<Step> together = new ArrayList<>();
          for (int i = 1 + taken % 7; i > 0; i--) {
            together.add(random.next());
          }
          inRedis(link, random, together, "seed " + seed + ", step " + each);
          together.forEach(this::count);
          each += together.size();
        }
        assertThat(random.model.excess()).as("every window of seed %d", seed).isEmpty();
      }
    }
  }

  private static void inRedis(
      RedisLink link, RandomSteps random, List<Step> together, String what) {
    Batch batch = new Batch();
    List<Ask> asks = new ArrayList<>();
    for (Step step : together) {
      Ask ask = new Ask(request(step));
      assertThat(batch.fits(ask)).isTrue();
      batch.add(ask);
      asks.add(ask);
    }
    Reply reply =
        RedisLink.join(
            link.eval(DECIDE, batch.redisKeys(link.key("r1:")), batch.args(random.now), PATIENT));
    Map<Ask, Answer> answers = answers(batch, reply);
    for (int i = 0; i < together.size(); i++) {
      Step step = together.get(i);
      Answer answer = answers.get(asks.get(i));
      if (step.decided() == null) {
        continue;
      }
      assertThat(answer).as("%s: %s", what, step).isNotNull();
      assertThat(answer.said)
          .as("%s: %s at %d of %s, keys %s", what, step, random.now, together, random.keys())
          .isEqualTo(step.decided().said());
      if (answer.said.allowed()) {
        boolean waits = answer.said.waitMicros() > 0;
        random.hold(
            new Held(step.request(), step.decided(), answer.standing, waits ? () -> {} : null));
      }
    }
  }

  private static Request request(Step step) {
    return step.of() != null && step.of().standing instanceof RedisStanding queued
        ? queued.leave()
        : step.request();
  }

  private record Answer(Said said, RedisStanding standing) {}

  /** What each request was told; a group tells all it denies the wait of the first of them. */
  private static Map<Ask, Answer> answers(Batch batch, Reply reply) {
    Map<Ask, Answer> answers = new IdentityHashMap<>();
    batch.read(
        reply,
        new Batch.Answers() {
          @Override
          public void answered(
              Batch.Group group, RedisStanding standing, int admitted, long waitMicros) {
            for (int i = 0; i < group.asks.size(); i++) {
              boolean waits = i >= admitted || group.request.act == Act.QUEUE;
              Said said =
                  Model.said(
                      i < admitted, waits ? waitMicros : 0, standing, Math.min(i + 1, admitted));
              answers.put(group.asks.get(i), new Answer(said, standing));
            }
          }

          @Override
          public void done(Batch.Group group) {
            assertThat(group.request.act.decides()).isFalse();
          }

          @Override
          public void elsewhen(Batch.Group group) {
            throw new AssertionError("the script is told of the test's day");
          }

          @Override
          public void foreign(Batch.Group group) {
            throw new AssertionError("no key is foreign");
          }
        });
    return answers;
  }

  private void inProcess(int most, int ofEach) {
    int end = taken + most;
    for (long seed = 1; taken < end; seed++) {
      RandomSteps random = new RandomSteps(seed, false);
      FakeTicker ticker = new FakeTicker();
      LocalLimits limits =
          new LocalLimits(ticker, () -> Instant.EPOCH.plus(random.now, ChronoUnit.MICROS), () -> 1);
      for (int step = 0; step < ofEach; step++) {
        ticker.advance(Duration.ofNanos(1_000 * random.pass()));
        Step next = random.next();
        count(next);
        inProcess(limits, random, next, seed, step);
      }
      assertThat(random.model.excess()).as("every window of seed %d", seed).isEmpty();
    }
  }

  private static void inProcess(
      LocalLimits limits, RandomSteps random, Step step, long seed, int nth) {
    Request request = step.request();
    if (step.decided() == null) {
      Runnable leave = step.of() == null ? null : step.of().leave;
      if (leave != null) {
        leave.run();
      } else {
        limits.adjust(request);
      }
      return;
    }
    Turn turn =
        request.act == Act.QUEUE
            ? limits.queue(request, request.extra[0] * 1_000)
            : Turn.now(limits.decide(request));
    Decision decision = turn.decision();
    long waits = Model.micros(decision.retryAfter().toNanos() + turn.waitNanos());
    Said said = Model.said(decision.allowed(), waits, decision.standing(), 0);
    // a process knows by nanoseconds which of two limits is the longer to wait for
    boolean tie = !said.allowed() && step.decided().waits().get(said.denier()) == waits;
    assertThat(tie ? said.deniedBy(step.decided().said().denier()) : said)
        .as("seed %d, step %d: %s, keys %s", seed, nth, step, random.keys())
        .isEqualTo(step.decided().said());
    if (decision.allowed()) {
      @Nullable Runnable leave = turn.waitNanos() > 0 ? turn.leave() : null;
      random.hold(new Held(request, step.decided(), decision.standing(), leave));
    }
  }
}
