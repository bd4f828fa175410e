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
  private final @Nullable Previous<V> previous;
  private @Nullable Tags tags;
  private @Nullable Duration freshFor;
  private boolean store = true;

  LoadContext(@Nullable Previous<V> previous) {
    this.previous = previous;
  }

  /**
   * Returns the value that is past its freshness, if this process met it on the way, so that the
   * loader may ask its source whether it has changed.
   *
   * @return the value, or empty
   */
  public Optional<V> previous() {
    return Optional.ofNullable(previous).map(Previous::value);
  }

  /**
   * Returns the previous value, which becomes fresh again: {@code return context.notModified();}.
   * It keeps its tags, unless {@link #tags} names others.
   *
   * @return the previous value
   * @throws IllegalStateException if there is none
   */
  public V notModified() {
    V value = previous == null ? null : previous.value();
    if (previous == null || value == null) {
      throw new IllegalStateException("there is no previous value: ask previous() first");
    }
    if (tags == null) {
      tags = previous.tags();
    }
    return value;
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

  /**
   * Says that there is no value: {@code return context.negative(Duration.ofMinutes(5));}.
   *
   * @param rememberedFor how long that is remembered, instead of the cache's {@code negativeFor}:
   *     more than zero; shortened by the cache's jitter
   * @return null
   */
  public @Nullable V negative(Duration rememberedFor) {
    freshFor(rememberedFor);
    return null;
  }

  Tags tags() {
    return tags == null ? Tags.NONE : tags;
  }

  @Nullable Duration ownFreshFor() {
    return freshFor;
  }

  boolean stores() {
    return store;
  }
}
