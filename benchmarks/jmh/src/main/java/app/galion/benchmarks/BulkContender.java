package app.galion.benchmarks;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/** Who answers {@link BulkGet}. */
@SuppressWarnings("ImmutableEnumChecker") // constructors
public enum BulkContender implements Contender {
  /** No cache: what the harness itself costs. */
  NOTHING("no-op", () -> RemoteCache.NOTHING),
  /** Not a cache: the least that asking Redis once for all costs. */
  LETTUCE("raw Lettuce MGET", LettuceCache::new),
  /** The least that asking Redis for each costs. */
  LETTUCE_ONE_BY_ONE("raw Lettuce GET, one by one", LettuceCache::new),
  /** galion with room for one value in its first tier, so that Redis has to answer. */
  GALION("galion getAll", () -> new GalionCache(1)),
  /** galion, made to prove each value by Redis. */
  GALION_ONE_BY_ONE("galion get, one by one", () -> new GalionCache(1)),
  /** JetCache without its first tier. */
  JETCACHE("JetCache remote getAll", JetRemoteCache::new),
  /** Redisson's map without its first tier. */
  REDISSON("Redisson map getAll", RedissonCache::new);

  private final String label;
  private final Supplier<RemoteCache> opener;

  BulkContender(String label, Supplier<RemoteCache> opener) {
    this.label = label;
    this.opener = opener;
  }

  @Override
  public String label() {
    return label;
  }

  @Override
  public boolean inProcess() {
    return this == NOTHING;
  }

  RemoteCache open() {
    return opener.get();
  }

  Map<String, String> lookUp(RemoteCache cache, Set<String> keys) {
    if (this != LETTUCE_ONE_BY_ONE && this != GALION_ONE_BY_ONE) {
      return cache.getAll(keys);
    }
    Map<String, String> found = new HashMap<>();
    for (String key : keys) {
      String value = cache.get(key);
      if (value != null) {
        found.put(key, value);
      }
    }
    return found;
  }
}
