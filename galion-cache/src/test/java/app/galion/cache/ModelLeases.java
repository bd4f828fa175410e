package app.galion.cache;

import app.galion.cache.SteppedRemote.Trip;
import app.galion.redis.Reply;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;

/*
 * The leases of the model test, which end by the model's clock. One whose load goes on must not end:
 * its holder renews it, unless something keeps the holder or the renewal from Redis. A task or a
 * command that is only late excuses it for as long as it is.
 */
final class ModelLeases {
  private static final long LIFE = Duration.ofMillis(CachePolicy.LEASE_MILLIS).toNanos();
  private static final long AT_ONCE = Duration.ofSeconds(3).toNanos();

  private final ModelRedis redis;
  private final Map<String, Lease> byKey = new HashMap<>();

  ModelLeases(ModelRedis redis) {
    this.redis = redis;
  }

  private static final class Lease {
    final ModelNode node;
    final String token;
    final long grantedAt;
    long until;
    boolean begun;

    /** Whether it may end. */
    boolean excused;

    Lease(ModelNode node, String token, long now) {
      this.node = node;
      this.token = token;
      grantedAt = now;
      until = now + LIFE;
    }

    void look(long now) {
      if (!begun && loads()) {
        begun = true;
        excused |= now - grantedAt > AT_ONCE;
      }
      excused |=
          node.frozen || !node.remote.connected || node.remote.trips.stream().anyMatch(this::isEnd);
    }

    private boolean isEnd(Trip trip) {
      return trip.opId.equals(token)
          && (trip.word.equals("fill") || trip.word.equals("release") || trip.lost);
    }

    boolean loads() {
      return node.core.leases.contains(token);
    }

    boolean late() {
      return !node.timer.due().isEmpty()
          || node.remote.trips.stream()
              .anyMatch(
                  trip ->
                      trip.opId.equals(token) && trip.word.equals("extend") && !trip.executed());
    }
  }

  void executed(ModelNode node, Trip trip, Reply reply, long now) {
    Lease held = byKey.get(trip.text);
    if (trip.word.equals("acquire") && reply.text(0).equals("L")) {
      byKey.put(trip.text, new Lease(node, trip.opId, now));
    } else if (trip.word.equals("extend") && held != null && held.token.equals(trip.opId)) {
      if (reply.integer(0) == 1) {
        held.until = now + LIFE;
      } else {
        held.excused = true; // a failover may yet bring it back
      }
    }
  }

  /** Ends what is to end by now. */
  void check(long now) {
    for (Map.Entry<String, Lease> each : new ArrayList<>(byKey.entrySet())) {
      Lease lease = each.getValue();
      lease.look(now);
      if (now - lease.until >= 0) {
        byKey.remove(each.getKey());
        end(each.getKey(), lease);
      }
    }
  }

  private void end(String name, Lease lease) {
    if (!lease.token.equals(redis.lease(name))) {
      return;
    }
    if (lease.loads() && !lease.excused && !lease.late()) {
      throw new ModelViolation(
          "P3 the lease of "
              + name
              + " ends while "
              + lease.node
              + " loads, though nothing kept it from renewing it");
    }
    redis.evictLease(name);
  }
}
