package app.galion.cache;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/*
 * The first reads of one getAll. They are collected while its keys begin, each behind a ticket of its
 * own, and leave together: in one command, on a cluster in one for each slot. Used by one thread.
 */
final class BulkReads {
  private final Remote remote;
  private final Reads reads;
  private final Map<Integer, Reads.Gathering> bySlot = new LinkedHashMap<>();

  BulkReads(Remote remote) {
    this.remote = remote;
    reads = remote.reads();
  }

  /** Answered after {@link #send}. */
  CompletableFuture<Looked> read(KeyName name) {
    int slot = reads.slot(name);
    Reads.Gathering gathered = bySlot.get(slot);
    CompletableFuture<Looked> joined = gathered == null ? null : gathered.join(name);
    if (joined != null) {
      return joined;
    }
    if (gathered != null) {
      remote.read(gathered);
    }
    Reads.Gathering next = reads.new Gathering(name);
    bySlot.put(slot, next);
    return next.first.end;
  }

  void send() {
    bySlot.values().forEach(remote::read);
  }
}
