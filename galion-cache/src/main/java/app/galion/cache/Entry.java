package app.galion.cache;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * An answer, with where it came from and how old it is.
 *
 * @param <V> the value's type
 * @param value the value, or null if it is known that there is none
 * @param tier where it came from
 * @param age time since its load began, through all tiers
 * @param stale whether it is past {@code freshFor}: being refreshed in the background, or served
 *     because the loader failed
 */
public record Entry<V>(@Nullable V value, Tier tier, Duration age, boolean stale) {

  /**
   * Creates an entry.
   *
   * @param value the value, or null
   * @param tier where it came from
   * @param age time since its load began
   * @param stale whether it is past its freshness
   */
  public Entry {
    requireNonNull(tier, "tier");
    requireNonNull(age, "age");
  }
}
