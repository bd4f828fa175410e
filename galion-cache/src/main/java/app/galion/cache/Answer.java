package app.galion.cache;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a get comes to.
 *
 * @param tier where this process read it
 * @param loadedAt of the cache's ticker
 * @param joined whether another node loaded it while this get was under way
 */
record Answer<V>(@Nullable V value, Tier tier, long loadedAt, boolean stale, boolean joined) {

  Answer(@Nullable V value, Tier tier, long loadedAt, boolean stale) {
    this(value, tier, loadedAt, stale, false);
  }

  Entry<V> entry(long now) {
    Tier from = joined ? Tier.LOADED : tier;
    return new Entry<>(value, from, Duration.ofNanos(Math.max(0, now - loadedAt)), stale);
  }
}
