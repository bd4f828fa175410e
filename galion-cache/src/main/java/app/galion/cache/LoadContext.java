package app.galion.cache;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a loader may say about the value it loads. Not thread-safe.
 *
 * @param <V> the value's type
 */
public final class LoadContext<V> {
  private final @Nullable V previous;
  private Tags tags = Tags.NONE;
  private @Nullable Duration freshFor;
  private boolean store = true;

  LoadContext(@Nullable V previous) {
    this.previous = previous;
  }

  /**
   * Returns the value that is past its freshness, if this process met it on the way, so that the
   * loader may ask its source whether it has changed.
   *
   * @return the value, or empty
   */
  public Optional<V> previous() {
    return Optional.ofNullable(previous);
  }

  /**
   * Returns the previous value, which becomes fresh again: {@code return context.notModified();}.
   *
   * @return the previous value
   * @throws IllegalStateException if there is none
   */
  public V notModified() {
    if (previous == null) {
      throw new IllegalStateException("there is no previous value: ask previous() first");
    }
    return previous;
  }

  /**
   * Sets how long this value is fresh, instead of the cache's {@code freshFor}.
   *
   * @param freshFor more than zero; shortened by the cache's jitter
   * @return this
   */
  public LoadContext<V> freshFor(Duration freshFor) {
    if (freshFor.isNegative() || freshFor.isZero() || freshFor.compareTo(Tags.MOST) > 0) {
      throw new IllegalArgumentException(
          "freshFor " + freshFor + " must be more than 0, at most " + Tags.MOST);
    }
    this.freshFor = freshFor;
    return this;
  }

  /**
   * Sets by which tags this value can be invalidated.
   *
   * @param tags at most 16, each 1 to 100 letters, digits, {@code . _ - : /}
   * @return this
   */
  public LoadContext<V> tags(String... tags) {
    this.tags = Tags.of(requireNonNull(tags, "tags"));
    return this;
  }

  /**
   * Keeps the value out of both tiers: it is for this call and those who joined it.
   *
   * @return this
   */
  public LoadContext<V> doNotStore() {
    store = false;
    return this;
  }

  Tags tags() {
    return tags;
  }

  @Nullable Duration ownFreshFor() {
    return freshFor;
  }

  boolean stores() {
    return store;
  }
}
