package app.galion.ratelimit;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/*
 * The lists of draft-ietf-httpapi-ratelimit-headers. An item is named after its policy; where a policy
 * has several limits, after its period too, since the draft tells items apart by name alone. Two
 * subjects under one policy are one item: the one with less left.
 */
final class IetfHeaders {

  /** The largest integer of a structured field (RFC 9651). */
  private static final long MOST = 999_999_999_999_999L;

  private IetfHeaders() {}

  static void put(Decision decision, Map<String, String> headers) {
    Map<String, LimitState> items = items(decision.limits());
    StringBuilder policies = new StringBuilder();
    StringBuilder limits = new StringBuilder();
    items.forEach(
        (name, state) -> {
          policies.append(policies.isEmpty() ? "\"" : ", \"").append(name).append("\";q=");
          policies.append(Math.min(MOST, state.limit()));
          long seconds = state.period().toSeconds();
          if (seconds > 0 && state.period().equals(Duration.ofSeconds(seconds))) {
            policies.append(";w=").append(seconds);
          }
          limits.append(limits.isEmpty() ? "\"" : ", \"").append(name).append("\";r=");
          limits.append(Math.min(MOST, state.remaining()));
          limits.append(";t=").append(RateHeaders.seconds(state.resetAfter()));
        });
    headers.put("RateLimit-Policy", policies.toString());
    headers.put("RateLimit", limits.toString());
  }

  private static Map<String, LimitState> items(List<LimitState> states) {
    Map<String, LimitState> items = new LinkedHashMap<>();
    for (LimitState state : states) {
      items.merge(
          name(state, states),
          state,
          (one, other) -> other.remaining() < one.remaining() ? other : one);
    }
    return items;
  }

  private static String name(LimitState state, List<LimitState> states) {
    for (LimitState other : states) {
      if (other.policy().equals(state.policy()) && !other.period().equals(state.period())) {
        return state.policy() + "-" + state.period();
      }
    }
    return state.policy();
  }
}
