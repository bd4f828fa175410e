package app.galion.reference;

import app.galion.ratelimit.ClientAddress;
import app.galion.ratelimit.Decision;
import app.galion.ratelimit.LimitKey;
import app.galion.ratelimit.LimitState;
import app.galion.ratelimit.RateHeaders;
import app.galion.ratelimit.RateLimiter;
import app.galion.ratelimit.RatePolicy;
import app.galion.ratelimit.RatePresets;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The limits of this API, and the door that every limited route stands behind. */
final class Limits {

  private static final Duration DEADLINE = Duration.ofMillis(250);

  /** A Redis that is slow for less than this decides; a share would admit more. */
  static final Duration LOGIN_DEADLINE = Duration.ofMillis(500);

  private static final int WARM_UP_DECISIONS = 20;
  private static final RatePolicy WARM_UP =
      RatePolicy.tokenBucket("warm-up", 1_000_000, Duration.ofMinutes(1)).deadline(DEADLINE);

  final RatePolicy login = RatePresets.login().deadline(LOGIN_DEADLINE);
  final RatePolicy register = RatePresets.register().deadline(LOGIN_DEADLINE);
  final RatePolicy reset = RatePresets.reset().deadline(LOGIN_DEADLINE);
  final RatePolicy read = RatePresets.read().deadline(DEADLINE);
  final RatePolicy write = RatePresets.write().deadline(DEADLINE);
  final RatePolicy delete = RatePresets.delete().deadline(DEADLINE);
  final RatePolicy stt = RatePresets.stt().deadline(DEADLINE);
  final RatePolicy tts = RatePresets.tts().deadline(DEADLINE);
  final RatePolicy chat = RatePresets.chat().deadline(DEADLINE);
  final RatePolicy upload = RatePresets.upload().deadline(DEADLINE);
  final RatePolicy search = RatePresets.search().deadline(DEADLINE);
  final RatePolicy publicRead = RatePresets.publicRead().deadline(DEADLINE);
  final RatePolicy standard = RatePresets.standard().deadline(DEADLINE);

  private final RateLimiter limiter;
  private final ClientAddress addresses;
  private final InstantSource clock;

  Limits(RateLimiter limiter, ClientAddress addresses, InstantSource clock) {
    this.limiter = limiter;
    this.addresses = addresses;
    this.clock = clock;
  }

  Caller caller(Context context) {
    return Caller.of(context, addresses);
  }

  /** A route whose limit counts by caller. */
  Handler by(RatePolicy policy, Handler route) {
    return context -> {
      if (admit(context, policy.by(caller(context).subject()))) {
        route.handle(context);
      }
    };
  }

  /** A route whose limit counts by address, whoever the user is. */
  Handler byAddress(RatePolicy policy, Handler route) {
    return context -> {
      if (admit(context, byAddress(policy, caller(context)))) {
        route.handle(context);
      }
    };
  }

  static LimitKey byAddress(RatePolicy policy, Caller caller) {
    return policy.by(Caller.subjectOfAddress(caller.address()));
  }

  /** Decides, sets the headers and, when it is too much, answers 429. */
  boolean admit(Context context, LimitKey... keys) {
    Decision decision = limiter.check(keys);
    RateHeaders.of(decision, clock.instant()).forEach(context::header);
    if (!decision.allowed()) {
      context.status(429).contentType("application/json").result(RateHeaders.body(decision));
    }
    return decision.allowed();
  }

  /** The limit of whatever has none of its own. */
  boolean admitUnrouted(Context context) {
    return admit(context, standard.by(caller(context).subject()));
  }

  /** Takes some decisions on a subject of this node's own, so that no caller pays for the first. */
  void warmUp(String node) {
    for (int i = 0; i < WARM_UP_DECISIONS; i++) {
      limiter.check(WARM_UP.by(node));
    }
  }

  /** All limits, in the order in which they are shown. */
  List<RatePolicy> all() {
    return List.of(
        login,
        register,
        reset,
        read,
        write,
        delete,
        stt,
        tts,
        chat,
        upload,
        search,
        publicRead,
        standard);
  }

  /** Where a caller stands with every limit; costs nothing. */
  Map<String, Map<String, Long>> standing(Caller caller) {
    Map<String, Map<String, Long>> standing = new LinkedHashMap<>();
    for (RatePolicy policy : all()) {
      LimitKey key =
          countsByAddress(policy) ? byAddress(policy, caller) : policy.by(caller.subject());
      standing.put(policy.name(), show(limiter.state(key)));
    }
    return standing;
  }

  private boolean countsByAddress(RatePolicy policy) {
    return List.of(login, register, reset).contains(policy);
  }

  private Map<String, Long> show(LimitState state) {
    Instant reset = clock.instant().plus(state.resetAfter());
    long seconds = state.resetAfter().plusNanos(999_999_999).toSeconds();
    Map<String, Long> shown = new LinkedHashMap<>();
    shown.put("limit", state.limit());
    shown.put("remaining", state.remaining());
    shown.put("reset_in_seconds", seconds);
    shown.put("reset_at", reset.plusNanos(999_999_999).getEpochSecond());
    return shown;
  }
}
