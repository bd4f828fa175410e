package app.galion.cache;

/** A bucket that keeps all rules; for those that are to break one. */
class BrokenBucket extends Bucket {
  final CacheCore<String, String> core;

  BrokenBucket(CacheCore<String, String> core) {
    super(
        0,
        core.local,
        core.buckets.get(0).verifiedAt,
        tickets -> core.wake(tickets, Ticket.Wake.LOOK));
    this.core = core;
  }
}
