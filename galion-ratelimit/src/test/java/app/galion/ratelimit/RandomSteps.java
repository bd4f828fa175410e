package app.galion.ratelimit;

import app.galion.ratelimit.Model.Decided;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Random steps under three random policies: what is asked, queued for, reserved, settled,
 * cancelled, renewed, released, left, observed and reset. The model takes each step as it is made.
 */
final class RandomSteps {

  static final long START = 1_700_000_000_000_000L;

  /** A step and what the model says of it, null where it asks for no decision. */
  record Step(Request request, @Nullable Decided decided, @Nullable Held of) {
    @Override
    public String toString() {
      return request + (of == null ? "" : " after " + of.request);
    }
  }

  /** Something admitted, which may be given back. */
  static final class Held {
    final Request request;
    final Decided decided;
    final Standing standing;

    /** What takes a place in the line back, where there was a wait. */
    final @Nullable Runnable leave;

    private boolean settled;
    private boolean released;

    Held(Request request, Decided decided, Standing standing, @Nullable Runnable leave) {
      this.request = request;
      this.decided = decided;
      this.standing = standing;
      this.leave = leave;
    }
  }

  private final Random random;
  private final boolean fleet;
  private final long grain;
  private final List<LimitKey> keys = new ArrayList<>();
  private final List<Held> held = new ArrayList<>();
  private final List<Long> hints = new ArrayList<>();
  final Model model;
  private boolean large;
  private long leaseIds;
  long now = START;

  RandomSteps(long seed, boolean fleet) {
    this.random = new Random(seed);
    this.fleet = fleet;
    this.model = new Model(fleet);
    // some quarter of an hour: whatever time the test takes, the server lets no state expire
    this.grain = 900_000_000L + random.nextInt(1_000_000);
    for (int i = 0; i < 3; i++) {
      keys.add(policy(i).deadline(Node.PATIENT).by("s" + seed));
    }
  }

  private Duration time(int most) {
    return Duration.ofNanos(1_000 * grain * (1 + random.nextInt(most)));
  }

  private RatePolicy policy(int nth) {
    String name = "p" + nth;
    int n = 1 + random.nextInt(8);
    RatePolicy policy =
        switch (random.nextInt(8)) {
          case 0, 1 -> RatePolicy.slidingExact(name, n, time(60));
          case 2 -> RatePolicy.smooth(name, n, time(60));
          case 3 -> RatePolicy.smooth(name, n, time(60)).burst(1 + random.nextInt(12));
          case 4 -> RatePolicy.concurrency(name, n).leaseFor(Duration.ofMinutes(60));
          case 5 -> RatePolicy.calendar(name, n, CalendarPeriod.DAY, ZoneOffset.UTC);
          case 6 -> large(name);
          default -> RatePolicy.tokenBucket(name, n, time(60));
        };
    boolean rates = policy.kind() == Limit.Kind.TOKEN_BUCKET && !large;
    boolean logs = fleet && policy.kind() == Limit.Kind.SLIDING_LOG;
    for (int i = random.nextInt(3); (rates || logs) && i > 0; i--) {
      policy = policy.and(1 + random.nextInt(12), time(90));
    }
    return policy;
  }

  /** As many units as a number of the script may have. */
  private RatePolicy large(String name) {
    large = true;
    long micros = (grain | 1) - 2L * random.nextInt(1_000);
    return RatePolicy.tokenBucket(name, (1L << 52) / micros, Duration.ofNanos(1_000 * micros));
  }

  List<LimitKey> keys() {
    return keys;
  }

  /** Lets time pass, now and then just as long as somebody was told to wait, or one less. */
  long pass() {
    long passed = grain * random.nextInt(20) + random.nextInt(3);
    if (!hints.isEmpty() && random.nextInt(3) == 0) {
      passed = Math.max(0, hints.get(random.nextInt(hints.size())) - random.nextInt(2));
    } else if (random.nextInt(4) == 0) {
      passed = random.nextInt(3);
    } else if (fleet && random.nextInt(20) == 0) {
      passed = -grain * random.nextInt(10);
    }
    hints.clear();
    now += passed;
    model.begin(now);
    return passed;
  }

  void hold(Held one) {
    held.add(one);
  }

  Step next() {
    if (!held.isEmpty() && random.nextInt(3) == 0) {
      boolean latest = random.nextBoolean();
      Step known = after(held.get(latest ? held.size() - 1 : random.nextInt(held.size())));
      if (known != null) {
        return known;
      }
    }
    if (random.nextInt(12) == 0) {
      Step told = tell(keys.get(random.nextInt(keys.size())));
      if (told != null) {
        return told;
      }
    }
    Request request = ask();
    Decided decided = model.decide(request);
    if (decided.said().waitMicros() > 0) {
      hints.add(decided.said().waitMicros());
    }
    return new Step(request, decided, null);
  }

  /** One to three keys, each with a cost of its own that it can admit. */
  private Request ask() {
    int first = random.nextInt(keys.size());
    LimitCharge[] charges = new LimitCharge[1 + random.nextInt(keys.size())];
    for (int i = 0; i < charges.length; i++) {
      LimitKey key = keys.get((first + i) % keys.size());
      charges[i] = key.costing(cost(key));
    }
    Request request = Request.of(charges);
    boolean leases = Stream.of(request.keys).anyMatch(key -> key.policy().concurrent());
    if (leases) {
      return request.as(
          Act.LEASE, Arrays.stream(request.keys).mapToLong(key -> ++leaseIds).toArray());
    }
    boolean buckets =
        Stream.of(request.keys).allMatch(key -> key.policy().kind() == Limit.Kind.TOKEN_BUCKET);
    if (!buckets || large || random.nextInt(3) > 0) {
      return request;
    }
    long[] most = new long[request.keys.length];
    Arrays.fill(most, grain * random.nextInt(150));
    return request.as(Act.QUEUE, most);
  }

  private long cost(LimitKey key) {
    long most = key.policy().limits().stream().mapToLong(Limit::capacity).min().orElseThrow();
    boolean all = random.nextInt(8) == 0;
    return all ? most : random.nextInt((int) Math.min(most, 4) + 1);
  }

  private @Nullable Step tell(LimitKey key) {
    if (key.policy().concurrent()) {
      return null;
    }
    boolean observes = random.nextBoolean();
    if (observes && key.policy().limits().size() > 1) {
      return null;
    }
    long number = observes ? random.nextInt(6) : 0;
    if (observes) {
      model.of(key).observe(number);
    } else {
      model.of(key).reset();
    }
    Act act = observes ? Act.OBSERVE : Act.RESET;
    return new Step(
        new Request(act, new LimitKey[] {key}, new long[] {number}, new long[1]), null, null);
  }

  /** Settles, cancels, leaves, renews or releases; null where there is nothing to do. */
  private @Nullable Step after(Held one) {
    if (one.leave != null) {
      long start = one.decided.asked() + one.decided.said().waitMicros();
      return one.settled || now >= start ? null : leave(one);
    }
    int[] leases =
        Arrays.stream(one.request.indices(true)).filter(i -> one.request.costs[i] > 0).toArray();
    if (leases.length > 0 && one.request.act == Act.LEASE && random.nextBoolean()) {
      return fleet && random.nextInt(3) > 0 ? renew(one, leases) : release(one, leases);
    }
    return one.settled ? null : settle(one);
  }

  private Step leave(Held one) {
    one.settled = true;
    for (int k = 0; k < one.request.keys.length; k++) {
      if (one.request.costs[k] > 0 && model.of(one.request.keys[k]) instanceof BucketFigures of) {
        of.leave(one.decided.places().get(k), one.decided.admissions().get(k));
      }
    }
    return new Step(one.request.as(Act.LEAVE, one.request.extra), null, one);
  }

  private @Nullable Step renew(Held one, int[] leases) {
    if (one.released) {
      return null;
    }
    for (int i : leases) {
      if (model.of(one.request.keys[i]) instanceof LeaseFigures of) {
        of.renew(one.request.extra[i], one.request.costs[i]);
      }
    }
    return new Step(
        one.request.some(Act.RENEW, leases, i -> one.request.costs[i], i -> one.request.extra[i]),
        null,
        null);
  }

  private @Nullable Step release(Held one, int[] leases) {
    // a process counts by weights alone, so nobody may release twice
    if (one.released && !fleet) {
      return null;
    }
    one.released = true;
    for (int i : leases) {
      if (model.of(one.request.keys[i]) instanceof LeaseFigures of) {
        of.release(one.request.extra[i]);
      }
    }
    return new Step(
        one.request.some(Act.ADJUST, leases, i -> -one.request.costs[i], i -> one.request.extra[i]),
        null,
        null);
  }

  private @Nullable Step settle(Held one) {
    one.settled = true;
    Request request = one.request;
    boolean cancels = random.nextInt(3) == 0;
    long[] more = new long[request.keys.length];
    for (int i : request.indices(false)) {
      long actual = cancels ? 0 : actual(request.keys[i], request.costs[i]);
      more[i] = actual - request.costs[i];
    }
    int[] changed = IntStream.of(request.indices(false)).filter(i -> more[i] != 0).toArray();
    for (int i : changed) {
      model
          .of(request.keys[i])
          .adjust(more[i], one.decided.times().get(i), one.decided.admissions().get(i));
    }
    return changed.length == 0
        ? null
        : new Step(
            request.some(Act.ADJUST, changed, i -> more[i], one.standing::chargedAt), null, null);
  }

  /** What it did cost, debts included where a number of the script can hold any. */
  private long actual(LimitKey key, long cost) {
    return large ? Math.min(cost, random.nextInt(6)) : random.nextInt(6);
  }
}
