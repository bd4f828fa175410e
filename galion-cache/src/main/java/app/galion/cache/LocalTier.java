package app.galion.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/*
 * The values in this process. Caffeine holds them by the user's key, so that a hit encodes nothing;
 * writes of other nodes arrive by the key's text, so an index leads back. Both change under the
 * bucket's lock, except that Caffeine evicts on its own: the eviction listener runs within the
 * removal and takes the index row along, and whoever stores looks again afterwards, so that no
 * value stays without a row.
 */
final class LocalTier<K, V> {
  private final Cache<K, LocalEntry<V>> values;
  private final ConcurrentHashMap<String, K> keys = new ConcurrentHashMap<>();
  private final Names<K> names;
  private final LongAdder evictions;

  LocalTier(long maximumSize, Names<K> names, LongAdder evictions) {
    this(LocalBound.entries(maximumSize), names, evictions);
  }

  LocalTier(LocalBound bound, Names<K> names, LongAdder evictions) {
    this.names = names;
    this.evictions = evictions;
    Caffeine<K, LocalEntry<V>> builder =
        Caffeine.newBuilder()
            .executor(Runnable::run)
            .evictionListener(
                (@Nullable K key, @Nullable LocalEntry<V> value, RemovalCause cause) ->
                    evicted(key));
    values =
        bound.bytes()
            ? builder.maximumWeight(bound.most()).weigher(this::weight).build()
            : builder.maximumSize(bound.most()).build();
  }

  private int weight(K key, LocalEntry<V> entry) {
    return entry.weight;
  }

  @Nullable LocalEntry<V> get(K key) {
    return values.getIfPresent(key);
  }

  /** What its entries weigh together; 0 if they are counted only. */
  long bytes() {
    return values.policy().eviction().map(by -> by.weightedSize().orElse(0)).orElse(0L);
  }

  long size() {
    return values.estimatedSize();
  }

  long indexed() {
    return keys.size();
  }

  /** Caller holds the bucket's lock. */
  void put(K key, String name, LocalEntry<V> entry) {
    values.put(key, entry);
    K other = keys.put(name, key);
    if (other != null && !other.equals(key)) {
      values.invalidate(other);
    }
    if (!values.asMap().containsKey(key)) {
      keys.remove(name, key);
    }
  }

  /** Drops a key unless it holds the given id. Caller holds the bucket's lock. */
  void dropUnless(String name, @Nullable String id) {
    K key = keys.get(name);
    if (key != null) {
      LocalEntry<V> entry = values.asMap().get(key);
      if (entry != null && !entry.id.equals(id)) {
        values.invalidate(key);
        keys.remove(name, key);
      }
    }
  }

  private void evicted(@Nullable K key) {
    evictions.increment();
    if (key != null) {
      keys.remove(names.of(key).text(), key);
    }
  }
}
