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
  private final long hitUntil;

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
    this.hitUntil = hitUntil - freshUntil < 0 ? hitUntil : freshUntil;
    this.provenAt = provenAt;
    this.tags = tags.isEmpty() ? null : tags;
    tagTime = ticket.tagTime;
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
