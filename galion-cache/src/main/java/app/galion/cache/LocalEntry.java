package app.galion.cache;

import org.jspecify.annotations.Nullable;

/** A value in this process. All times are of the cache's ticker. */
final class LocalEntry<V> {
  final @Nullable V value;
  final String id;
  final long loadedAt;
  final long freshUntil;
  final int weight;

  private final Bucket bucket;
  private final int chain;
  private final int cleared;
  private final int tagTime;
  private final @Nullable Tags tags;
  private final long provenAt;
  private final long servedUntil;
  private volatile long hitUntil;

  LocalEntry(
      @Nullable V value,
      String id,
      Ticket ticket,
      long loadedAt,
      long freshUntil,
      long hitUntil,
      long provenAt,
      Tags tags) {
    this(value, id, ticket, loadedAt, freshUntil, hitUntil, provenAt, tags, 1);
  }

  LocalEntry(
      @Nullable V value,
      String id,
      Ticket ticket,
      long loadedAt,
      long freshUntil,
      long hitUntil,
      long provenAt,
      Tags tags,
      int weight) {
    this.value = value;
    this.weight = weight;
    this.id = id;
    this.bucket = ticket.bucket;
    this.chain = ticket.chain;
    this.cleared = ticket.cleared;
    this.loadedAt = loadedAt;
    this.freshUntil = freshUntil;
    servedUntil = hitUntil - freshUntil < 0 ? hitUntil : freshUntil;
    this.hitUntil = servedUntil;
    this.provenAt = provenAt;
    this.tags = tags.isEmpty() ? null : tags;
    tagTime = ticket.tagTime;
  }

  /** Makes gets look closer from a time on, so that one of them starts a refresh. */
  LocalEntry<V> refreshedFrom(long time) {
    if (time - servedUntil < 0) {
      hitUntil = time;
    }
    return this;
  }

  /** Whether it is time to refresh ahead; true for one caller. */
  boolean startRefresh(long now) {
    if (now - hitUntil < 0 || hitUntil == servedUntil) {
      return false;
    }
    hitUntil = servedUntil;
    return true;
  }

  /** Whether it may answer a get. */
  boolean serves(long now, long limit) {
    return now - servedUntil < 0 && proven(now, limit);
  }

  /** Whether it may answer in an outage, for as long as it is fresh. */
  boolean unverified(long now, long trust) {
    return now - freshUntil < 0 && proven(now, trust);
  }

  Previous<V> asPrevious() {
    return new Previous<>(id, value, tags == null ? Tags.NONE : tags);
  }

  /** Whether it may answer a get at once. */
  boolean hit(long now, long silenceLimit) {
    return now - hitUntil < 0 && proven(now, silenceLimit);
  }

  /** Whether every write acknowledged up to the silence limit ago is known to have spared it. */
  boolean proven(long now, long silenceLimit) {
    Bucket home = bucket;
    if (chain != home.chain || cleared != home.cleared) {
      return false;
    }
    if (tags != null && !home.tagClock.spared(tags, tagTime)) {
      return false;
    }
    long proof = home.verifiedAt;
    if (provenAt - proof > 0) {
      proof = provenAt;
    }
    return now - proof <= silenceLimit;
  }
}
