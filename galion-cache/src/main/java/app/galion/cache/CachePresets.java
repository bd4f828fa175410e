package app.galion.cache;

import java.time.Duration;

/**
 * Builders with the names and lifetimes of the GALION API's data. Each is a usual builder: add
 * {@code redis(…)}, change what differs, {@code build()}.
 *
 * <table>
 * <caption>Lifetimes, counted from the load through both tiers</caption>
 * <thead><tr><th>preset</th><th>name and key</th><th>fresh for</th></tr></thead>
 * <tbody>
 * <tr><td>{@link #userProfiles}</td><td>{@code user-profile}, user's id</td><td>5 min</td></tr>
 * <tr><td>{@link #sessions}</td><td>{@code user-session}, session's id</td><td>24 h</td></tr>
 * <tr><td>{@link #permissions}</td><td>{@code user-permissions}, user's id</td><td>15 min</td></tr>
 * <tr><td>{@link #taskDetails}</td><td>{@code task-detail}, task's id</td><td>1 min</td></tr>
 * <tr><td>{@link #taskLists}</td><td>{@code task-list}, project's id</td><td>30 s</td></tr>
 * <tr><td>{@link #projectTasks}</td><td>{@code project-tasks}, project's id</td><td>1 min</td></tr>
 * <tr><td>{@link #conversations}</td><td>{@code conversation}, its id</td><td>5 min</td></tr>
 * <tr><td>{@link #conversationHistories}</td><td>{@code conversation-history}, its id</td><td>1 h</td></tr>
 * <tr><td>{@link #standard}</td><td>yours</td><td>5 min</td></tr>
 * </tbody>
 * </table>
 *
 * <p>A lifetime is what is left when an invalidation was forgotten; after one, no node serves the
 * older value for longer than {@code silenceLimit} (3 s), however long it would have been fresh.
 */
public final class CachePresets {
  private CachePresets() {}

  /**
   * Starts a cache of users' profiles, fresh for 5 min.
   *
   * @param <K> the key's type
   * @param <V> the value's type
   * @param codec how values become bytes in Redis
   * @return a builder of the cache {@code user-profile}
   */
  public static <K, V> TieredCacheBuilder<K, V> userProfiles(Codec<V> codec) {
    return TieredCache.<K, V>builder("user-profile", codec).freshFor(Duration.ofMinutes(5));
  }

  /**
   * Starts a cache of sessions, fresh for 24 h. Invalidate a session when its user logs out.
   *
   * @param <K> the key's type
   * @param <V> the value's type
   * @param codec how values become bytes in Redis
   * @return a builder of the cache {@code user-session}
   */
  public static <K, V> TieredCacheBuilder<K, V> sessions(Codec<V> codec) {
    return TieredCache.<K, V>builder("user-session", codec).freshFor(Duration.ofHours(24));
  }

  /**
   * Starts a cache of users' permissions, fresh for 15 min. Invalidate a user's when they are
   * withdrawn; where even {@code silenceLimit} is too long, ask with a {@code maxStaleness} of
   * zero.
   *
   * @param <K> the key's type
   * @param <V> the value's type
   * @param codec how values become bytes in Redis
   * @return a builder of the cache {@code user-permissions}
   */
  public static <K, V> TieredCacheBuilder<K, V> permissions(Codec<V> codec) {
    return TieredCache.<K, V>builder("user-permissions", codec).freshFor(Duration.ofMinutes(15));
  }

  /**
   * Starts a cache of tasks, fresh for 1 min.
   *
   * @param <K> the key's type
   * @param <V> the value's type
   * @param codec how values become bytes in Redis
   * @return a builder of the cache {@code task-detail}
   */
  public static <K, V> TieredCacheBuilder<K, V> taskDetails(Codec<V> codec) {
    return TieredCache.<K, V>builder("task-detail", codec).freshFor(Duration.ofMinutes(1));
  }

  /**
   * Starts a cache of lists of a project's tasks, fresh for 30 s.
   *
   * @param <K> the key's type
   * @param <V> the value's type
   * @param codec how values become bytes in Redis
   * @return a builder of the cache {@code task-list}
   */
  public static <K, V> TieredCacheBuilder<K, V> taskLists(Codec<V> codec) {
    return TieredCache.<K, V>builder("task-list", codec).freshFor(Duration.ofSeconds(30));
  }

  /**
   * Starts a cache of a project's tasks, fresh for 1 min.
   *
   * @param <K> the key's type
   * @param <V> the value's type
   * @param codec how values become bytes in Redis
   * @return a builder of the cache {@code project-tasks}
   */
  public static <K, V> TieredCacheBuilder<K, V> projectTasks(Codec<V> codec) {
    return TieredCache.<K, V>builder("project-tasks", codec).freshFor(Duration.ofMinutes(1));
  }

  /**
   * Starts a cache of conversations, fresh for 5 min.
   *
   * @param <K> the key's type
   * @param <V> the value's type
   * @param codec how values become bytes in Redis
   * @return a builder of the cache {@code conversation}
   */
  public static <K, V> TieredCacheBuilder<K, V> conversations(Codec<V> codec) {
    return TieredCache.<K, V>builder("conversation", codec).freshFor(Duration.ofMinutes(5));
  }

  /**
   * Starts a cache of conversations' histories, fresh for 1 h.
   *
   * @param <K> the key's type
   * @param <V> the value's type
   * @param codec how values become bytes in Redis
   * @return a builder of the cache {@code conversation-history}
   */
  public static <K, V> TieredCacheBuilder<K, V> conversationHistories(Codec<V> codec) {
    return TieredCache.<K, V>builder("conversation-history", codec).freshFor(Duration.ofHours(1));
  }

  /**
   * Starts a cache of anything else, fresh for 5 min.
   *
   * @param <K> the key's type
   * @param <V> the value's type
   * @param name as of {@link TieredCache#builder}
   * @param codec how values become bytes in Redis
   * @return a builder
   */
  public static <K, V> TieredCacheBuilder<K, V> standard(String name, Codec<V> codec) {
    return TieredCache.<K, V>builder(name, codec).freshFor(Duration.ofMinutes(5));
  }
}
