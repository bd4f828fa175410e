package app.galion.reference;

import app.galion.cache.Entry;
import app.galion.cache.Tier;
import io.javalin.http.Context;
import java.time.Duration;

/** Says where a cached read came from, and how old it is. */
final class CacheHeaders {

  private CacheHeaders() {}

  static void put(Context context, Entry<?> entry) {
    context.header("X-Cache", name(entry));
    context.header("Age", Long.toString(entry.age().toSeconds()));
  }

  /** Says that an answer of the given age is served because there is no newer one. */
  static void stale(Context context, Duration age) {
    context.header("X-Cache", "STALE");
    context.header("Age", Long.toString(age.toSeconds()));
  }

  /** Whether it was loaded for this caller, or for a running call that this one joined. */
  static boolean isLive(Entry<?> entry) {
    return entry.tier() == Tier.LOADED && !entry.stale();
  }

  private static String name(Entry<?> entry) {
    if (entry.stale()) {
      return "STALE";
    }
    return switch (entry.tier()) {
      case L1 -> "L1";
      case L2 -> "L2";
      case LOADED -> "MISS";
    };
  }
}
