package app.galion.cache;

import app.galion.spi.Health;
import app.galion.spi.Health.Status;
import java.util.Map;
import java.util.TreeMap;

/** What a node can say about a key and about itself. */
final class Explanations {
  private Explanations() {}

  static <K, V> String of(CacheCore<K, V> core, K key) {
    KeyName name = core.names.of(key);
    Bucket bucket = core.bucket(name);
    long now = core.now();
    StringBuilder out = new StringBuilder();
    out.append(core.id).append(" key '").append(name.text()).append("'\n");
    LocalEntry<V> kept = core.local.get(key);
    if (kept == null) {
      out.append("L1: not here\n");
    } else {
      out.append("L1: ")
          .append(kept.value == null ? "known to be none" : "a value")
          .append(", id ")
          .append(kept.id)
          .append(", loaded ")
          .append(millis(now - kept.loadedAt))
          .append(" ms ago, fresh for ")
          .append(millis(kept.freshUntil - now))
          .append(" ms, ")
          .append(
              kept.hit(now, core.policy.silenceLimit())
                  ? "served"
                  : kept.proven(now, core.policy.silenceLimit())
                      ? "past its time"
                      : "not proven, so not served")
          .append('\n');
    }
    Remote remote = core.remote;
    if (remote != null) {
      out.append(ExplainedRemote.of(core, remote, name));
    }
    out.append("bucket ").append(bucket.index).append(": ").append(state(core, bucket, now));
    if (bucket.gated(name.text())) {
      out.append("\na write is queued: not read from Redis until it is repeated");
    }
    Decisions.Decision last = core.decisions.of(name);
    if (last != null) {
      out.append("\nlast decision ")
          .append(millis(now - last.at()))
          .append(" ms ago: ")
          .append(last.what());
    }
    Flight<V> flight = core.flights.get(name.text());
    if (flight != null) {
      out.append("\na get is under way");
    }
    return out.toString();
  }

  private static String state(CacheCore<?, ?> core, Bucket bucket, long now) {
    Beats beats = core.beats;
    if (beats == null) {
      return "in this process only";
    }
    Position at = bucket.position();
    String proof = at == null ? "" : ", proven " + millis(now - bucket.verifiedAt) + " ms ago";
    String place = at == null ? "" : ", write " + at.n() + " of " + at.epoch();
    String word =
        beats.away(bucket, now, core.policy.silenceLimit())
            ? "AWAY"
            : at == null
                ? "COLD"
                : now - bucket.verifiedAt <= core.policy.silenceLimit() ? "VERIFIED" : "UNVERIFIED";
    return word + proof + place;
  }

  static Health health(CacheCore<?, ?> core) {
    int queued = core.buckets.stream().mapToInt(Bucket::queuedSize).sum();
    boolean away = core.away();
    Map<String, String> details = new TreeMap<>();
    details.put("entries", Long.toString(core.local.size()));
    if (core.remote != null) {
      details.put("redis", away ? "away: values are loaded, writes are queued" : "there");
      details.put("queued", Integer.toString(queued));
      details.put("verifiedMillisAgo", Long.toString(millis(verifiedAge(core))));
    }
    return Health.of(away || queued > 0 ? Status.DEGRADED : Status.UP, details);
  }

  /** Age of the oldest bucket's proof. */
  static long verifiedAge(CacheCore<?, ?> core) {
    long now = core.now();
    return core.buckets.stream().mapToLong(bucket -> now - bucket.verifiedAt).max().orElse(0);
  }

  private static long millis(long nanos) {
    return nanos / 1_000_000;
  }
}
