package app.galion.benchmarks;

import java.util.function.Supplier;

/** Who answers {@link RemoteHit}. */
@SuppressWarnings("ImmutableEnumChecker") // constructors
public enum RemoteContender implements Contender {
  /** No cache: what the harness itself costs. */
  NOTHING("no-op", () -> RemoteCache.NOTHING),
  /** Not a cache: the least that asking Redis once costs. */
  LETTUCE("raw Lettuce GET", LettuceCache::new),
  /** galion, made to prove each value by Redis: its first tier never answers. */
  GALION("galion", () -> new GalionCache(GalionCache.DEFAULT_SIZE)),
  /** JetCache without its first tier, values written and read as plainly as it allows. */
  JETCACHE("JetCache remote", JetRemoteCache::new),
  /** Redisson's map without its first tier. */
  REDISSON("Redisson map", RedissonCache::new);

  private final String label;
  private final Supplier<RemoteCache> opener;

  RemoteContender(String label, Supplier<RemoteCache> opener) {
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
}
