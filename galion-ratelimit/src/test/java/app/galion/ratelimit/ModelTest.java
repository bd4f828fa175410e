package app.galion.ratelimit;

import static app.galion.ratelimit.Node.PATIENT;
import static org.assertj.core.api.Assertions.assertThat;

import app.galion.redis.RedisLink;
import app.galion.redis.RedisScript;
import app.galion.redis.Reply;
import app.galion.testkit.FakeTicker;
import app.galion.testkit.RedisServer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Random requests under random policies, decided by the simplest model and by the real thing. */
class ModelTest {

  static final int SEQUENCES = 1_000;
  static final int STEPS = 25;

  /** What the model says of a request: whether it passes, else how long to wait. */
  record Said(boolean allowed, long waitMicros, List<Long> remaining) {}

  static final class Model {
    private final Map<LimitKey, List<Figures>> figures = new HashMap<>();

    Said ask(Request request, long now) {
      List<Figures> all = new ArrayList<>();
      List<Long> costs = new ArrayList<>();
      for (int i = 0; i < request.keys.length; i++) {
        for (Figures each : of(request.keys[i])) {
          all.add(each);
          costs.add(request.costs[i]);
        }
      }
      long wait = 0;
      long most = request.act == Act.QUEUE ? request.extra[0] : 0;
      for (int i = 0; i < all.size(); i++) {
        wait = Math.max(wait, all.get(i).waitFor(costs.get(i), now));
      }
      for (int i = 0; wait <= most && i < all.size(); i++) {
        all.get(i).admit(costs.get(i), now + wait);
      }
      return new Said(wait <= most, wait, all.stream().map(each -> each.remaining(now)).toList());
    }

    boolean holds() {
      return figures.values().stream()
          .flatMap(List::stream)
          .allMatch(each -> each.isLog() || each.holds());
    }

    private List<Figures> of(LimitKey key) {
      return figures.computeIfAbsent(
          key, k -> k.policy().limits().stream().map(Figures::new).toList());
    }
  }

  static RatePolicy policy(Random random, int nth, int mostLimits) {
    Duration period = Duration.ofNanos(1_000L * (1 + random.nextInt(60)));
    String name = "p" + nth;
    int n = 1 + random.nextInt(8);
    RatePolicy policy =
        switch (random.nextInt(4)) {
          case 0 -> RatePolicy.slidingExact(name, n, period);
          case 1 -> RatePolicy.smooth(name, n, period);
          case 2 -> RatePolicy.smooth(name, n, period).burst(1 + random.nextInt(12));
          default -> RatePolicy.tokenBucket(name, n, period);
        };
    for (int i = 1 + random.nextInt(mostLimits); i > 1; i--) {
      policy =
          policy.and(1 + random.nextInt(12), Duration.ofNanos(1_000L * (1 + random.nextInt(90))));
    }
    return policy.deadline(PATIENT);
  }

  /** One to three keys, each with a cost of its own that it can admit. */
  static Request request(Random random, List<LimitKey> known) {
    int first = random.nextInt(known.size());
    LimitCharge[] charges = new LimitCharge[1 + random.nextInt(known.size())];
    for (int i = 0; i < charges.length; i++) {
      LimitKey key = known.get((first + i) % known.size());
      long most = key.policy().limits().stream().mapToLong(Limit::capacity).min().orElseThrow();
      charges[i] = key.costing(random.nextInt((int) Math.min(most, 4) + 1));
    }
    Request request = Request.of(charges);
    boolean buckets =
        Stream.of(request.keys).allMatch(key -> key.policy().kind() == Limit.Kind.TOKEN_BUCKET);
    if (!buckets || random.nextInt(3) > 0) {
      return request;
    }
    long[] most = new long[request.keys.length];
    Arrays.fill(most, random.nextInt(150));
    return request.as(Act.QUEUE, most);
  }

  static List<LimitKey> keys(Random random, String subject, int mostLimits) {
    List<LimitKey> keys = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      keys.add(policy(random, i, mostLimits).by(subject));
    }
    return keys;
  }

  @Test
  void theScriptSaysWhatTheModelSays() throws Exception {
    RedisScript script = RedisScript.resource(RedisLimits.class, "decide.lua");
    try (RedisServer server = RedisServer.startOwn();
        RedisLink link = RedisLink.builder("t" + UUID.randomUUID(), server.uri()).build()) {
      assertThat(link.awaitAvailable(PATIENT)).isTrue();
      byte[] prefix = link.key("r1:");
      for (long seed = 1; seed <= SEQUENCES; seed++) {
        Random random = new Random(seed);
        List<LimitKey> keys = keys(random, "s" + seed, 3);
        Model model = new Model();
        long now = 1_700_000_000_000_000L;
        for (int step = 0; step < STEPS; ) {
          now += random.nextInt(20);
          Batch batch = new Batch();
          List<Ask> asks = new ArrayList<>();
          List<String> expected = new ArrayList<>();
          for (int i = 1 + random.nextInt(5); i > 0; i--, step++) {
            Request request = request(random, keys);
            Ask ask = new Ask(request);
            batch.add(ask);
            asks.add(ask);
            expected.add(model.ask(request, now).toString());
          }
          Reply reply =
              RedisLink.join(link.eval(script, batch.redisKeys(prefix), batch.args(now), PATIENT));
          Map<Ask, String> answers = answers(batch, reply);
          assertThat(asks.stream().map(answers::get))
              .as("seed %d, step %d, keys %s", seed, step, keys)
              .containsExactlyElementsOf(expected);
        }
        assertThat(model.holds()).as("every window of seed %d", seed).isTrue();
      }
    }
  }

  /** What each request was told; a group tells all it denies the wait of the first of them. */
  private static Map<Ask, String> answers(Batch batch, Reply reply) {
    Map<Ask, String> lines = new IdentityHashMap<>();
    batch.read(
        reply,
        new Batch.Answers() {
          @Override
          public void answered(
              Batch.Group group, RedisStanding standing, int admitted, long waitMicros) {
            for (int i = 0; i < group.asks.size(); i++) {
              int nth = Math.min(i + 1, admitted);
              boolean waits = i >= admitted || group.request.act == Act.QUEUE;
              long told = waits ? waitMicros : 0;
              List<Long> remaining =
                  standing.limits(nth).stream().map(LimitState::remaining).toList();
              lines.put(group.asks.get(i), new Said(i < admitted, told, remaining).toString());
            }
          }

          @Override
          public void done(Batch.Group group) {
            throw new AssertionError("every request asks for a decision");
          }

          @Override
          public void elsewhen(Batch.Group group) {
            throw new AssertionError("there is no calendar");
          }

          @Override
          public void foreign(Batch.Group group) {
            throw new AssertionError("no key is foreign");
          }
        });
    return lines;
  }

  @Test
  void theLocalLimitsSayWhatTheModelSays() {
    for (long seed = 1; seed <= SEQUENCES; seed++) {
      Random random = new Random(seed);
      FakeTicker ticker = new FakeTicker();
      LocalLimits limits = new LocalLimits(ticker, InstantSource.system(), () -> 1);
      List<LimitKey> keys = keys(random, "s", 3);
      Model model = new Model();
      long now = 1_000_000;
      for (int step = 0; step < STEPS; step++) {
        long micros = random.nextInt(20);
        now += micros;
        ticker.advance(Duration.ofNanos(1_000 * micros));
        Request request = request(random, keys);
        Said said = model.ask(request, now);
        Turn turn =
            request.act == Act.QUEUE
                ? limits.queue(request, request.extra[0] * 1_000)
                : Turn.now(limits.decide(request));
        Decision decision = turn.decision();
        String what = "seed " + seed + ", step " + step + ", " + request;
        assertThat(decision.allowed()).as(what).isEqualTo(said.allowed());
        assertThat((decision.retryAfter().toNanos() + turn.waitNanos() + 999) / 1_000)
            .as(what)
            .isEqualTo(said.waitMicros());
        assertThat(decision.limits())
            .as(what)
            .extracting(LimitState::remaining)
            .containsExactlyElementsOf(said.remaining());
      }
    }
  }
}
