package app.galion.cache;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What a get comes to; {@code loadedAt} is of the cache's ticker. */
record Answer<V>(@Nullable V value, Tier tier, long loadedAt, boolean stale) {

  Entry<V> entry(long now) {
    return new Entry<>(value, tier, Duration.ofNanos(Math.max(0, now - loadedAt)), stale);
  }
}
