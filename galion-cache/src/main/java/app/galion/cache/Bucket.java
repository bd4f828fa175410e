package app.galion.cache;

import app.galion.cache.OwnWrites.Own;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/*
 * One bucket's history as far as this node has applied it, and what follows for the values it keeps.
 *
 * Redis numbers the writes of a bucket and gives each a unique id. While every write since an
 * entry's ticket was applied, the entry is in the same chain as the bucket; when a piece of history
 * is missing or another one turns up, the chain is counted up and older entries are suspect until
 * they are read again. Nothing here compares version numbers of values: after a failover numbers
 * repeat, ids do not.
 *
 * The lock is held for memory only, never for I/O or the user's code. The volatile fields are what
 * a hit reads. Not final, so that a model test can break one rule at a time and see it found.
 */
class Bucket {
  final int index;
  volatile int chain;
  volatile int cleared;
  final TagClock tagClock = new TagClock();
  volatile long verifiedAt;

  private final LocalTier<?, ?> local;
  private final Consumer<List<Ticket>> wake;
  private final Recent recent = new Recent();
  private final Tickets tickets = new Tickets();
  private final OwnWrites own = new OwnWrites();
  private final Outbox outbox = new Outbox();
  private final Echoes echoes = new Echoes();
  private volatile @Nullable Position position;
  private volatile boolean queued;

  Bucket(int index, LocalTier<?, ?> local, long verifiedAt, Consumer<List<Ticket>> wake) {
    this.index = index;
    this.local = local;
    this.verifiedAt = verifiedAt;
    this.wake = wake;
  }

  synchronized Ticket open(String name) {
    Ticket ticket = new Ticket(this, name, chain, cleared, tagClock.now());
    tickets.add(ticket);
    return ticket;
  }

  synchronized void close(Ticket ticket) {
    tickets.remove(ticket);
  }

  synchronized boolean clean(Ticket ticket) {
    return ticket.clean();
  }

  /**
   * Stores a result if nothing forbids it, and ends its ticket. A refused result still drops
   * whatever else is there: it may be newer than that.
   *
   * @param fromRedis false for a load of this node's own, which a gate does not keep out
   */
  synchronized <K, V> boolean store(
      LocalTier<K, V> into, K key, Ticket ticket, LocalEntry<V> entry, boolean fromRedis) {
    boolean allowed =
        ticket.admits(entry.id) && !(fromRedis && (position == null || outbox.gates(ticket.name)));
    tickets.remove(ticket);
    if (allowed) {
      supersede(ticket, entry.id);
      into.put(key, ticket.name, entry);
    } else {
      local.dropUnless(ticket.name, entry.id);
    }
    return allowed;
  }

  /** Replies still on their way may be older than what is stored or passed on now. */
  void supersede(Ticket stored, String id) {
    tickets.touch(stored.name, id, stored);
  }

  /**
   * Ends a ticket whose result is not to be kept here. What else is there may be older, and so may
   * replies still on their way: neither may be served after it.
   */
  synchronized void pass(Ticket ticket, LocalEntry<?> entry) {
    tickets.remove(ticket);
    supersede(ticket, entry.id);
    local.dropUnless(ticket.name, entry.id);
  }

  /** Applies a message; returns whether history has a gap that a heartbeat must clear up. */
  boolean received(Write write) {
    List<Ticket> woken;
    boolean gap;
    synchronized (this) {
      woken =
          echoes.forget(write.at().id())
              ? List.of()
              : effect(write.kind(), write.key(), write.at().id());
      gap = !advance(write);
    }
    wake.accept(woken);
    return gap;
  }

  List<Ticket> waitersOf(String name) {
    synchronized (this) {
      return tickets.of(name);
    }
  }

  /** Applies the reply to a write of this node's own. */
  void acknowledged(Write.Kind kind, @Nullable String key, Position at, long now) {
    List<Ticket> woken;
    synchronized (this) {
      woken = effect(kind, key == null ? "" : key, at.id());
      Own mine = new Own(at, kind == Write.Kind.CLEAR || kind == Write.Kind.TAG ? null : key, now);
      Position reached = position;
      boolean passed =
          reached != null && reached.epoch().equals(at.epoch()) && reached.n() >= at.n();
      if (passed && !recent.contains(at)) {
        queue(mine.key());
      } else {
        own.add(mine);
        if (!passed) {
          echoes.expect(at.id());
        }
      }
    }
    wake.accept(woken);
  }

  /** Applies a write to memory alone, where there is no Redis. */
  void applied(Write.Kind kind, String key, String id) {
    List<Ticket> woken;
    synchronized (this) {
      woken = effect(kind, key, id);
    }
    wake.accept(woken);
  }

  /** Keeps a write that Redis did not acknowledge; a null key stands for all. */
  void unacknowledged(@Nullable String key) {
    List<Ticket> woken;
    synchronized (this) {
      queue(key);
      woken = key == null ? tickets.all() : tickets.of(key);
    }
    wake.accept(woken);
  }

  boolean gated(String name) {
    if (!queued) {
      return false;
    }
    synchronized (this) {
      return outbox.gates(name);
    }
  }

  boolean hasQueued() {
    return queued;
  }

  synchronized List<Outbox.Item> queuedItems() {
    return outbox.items();
  }

  synchronized int queuedSize() {
    return outbox.size();
  }

  synchronized void drained(Outbox.Item item) {
    outbox.drained(item);
    queued = !outbox.isEmpty();
  }

  @Nullable Position position() {
    return position;
  }

  synchronized int openTickets() {
    return tickets.size();
  }

  /** What is known when a heartbeat is sent, to judge its reply by. */
  synchronized Beat beat(long now) {
    return new Beat(now, chain, position);
  }

  /** The state of a bucket when a heartbeat was sent. */
  record Beat(long sentAt, int chain, @Nullable Position position) {}

  /** What a heartbeat's reply says. */
  enum Verdict {
    /** Every write up to the head is applied. */
    VERIFIED,
    /** There are writes behind the last one applied: the journal must tell which. */
    BEHIND,
    /** History is another one. */
    RESYNCED,
    /** The reply is of a history that has been left meanwhile. */
    NONE
  }

  synchronized Verdict heard(Position head, Beat beat) {
    if (chain != beat.chain) {
      return Verdict.NONE;
    }
    Position now = position;
    if (now == null) {
      return own.provableFrom(head) == 0 ? begin(head, beat, List.of()) : Verdict.BEHIND;
    }
    if (!now.epoch().equals(head.epoch())) {
      return resync(head, beat.sentAt);
    }
    own.unknownTo(head, beat.sentAt).forEach(lost -> queue(lost.key()));
    Position then = beat.position;
    if (then != null && head.n() < then.n()) {
      return resync(head, beat.sentAt);
    }
    if (recent.contains(head)) {
      verified(beat.sentAt);
      return Verdict.VERIFIED;
    }
    return Verdict.BEHIND;
  }

  /**
   * Applies what the journal holds from the beat's position on.
   *
   * @param rows in order; the first must be that position itself
   */
  Verdict replayed(Position head, Beat beat, List<Write> rows) {
    List<Ticket> woken = List.of();
    Verdict verdict;
    synchronized (this) {
      if (chain != beat.chain) {
        return Verdict.NONE;
      }
      if (beat.position == null) {
        return begin(head, beat, rows);
      }
      Position now = position;
      boolean covers = now != null && !rows.isEmpty() && rows.get(0).at().equals(beat.position);
      if (now == null || !covers || !contiguous(rows)) {
        return resync(head, beat.sentAt);
      }
      Position end = rows.get(rows.size() - 1).at();
      boolean known = now.n() > end.n() || rows.stream().anyMatch(row -> row.at().equals(now));
      if (!known) {
        return resync(head, beat.sentAt);
      }
      woken = tickets.all();
      for (Write row : rows) {
        if (row.at().n() > now.n()) {
          if (!echoes.forget(row.at().id())) {
            effect(row.kind(), row.key(), row.at().id());
          }
          advance(row);
        }
      }
      if (recent.contains(head)) {
        verified(beat.sentAt);
        verdict = Verdict.VERIFIED;
      } else {
        verdict = Verdict.NONE;
      }
    }
    wake.accept(woken);
    return verdict;
  }

  /** From which number on the journal is wanted for a reply that said {@code BEHIND}. */
  synchronized long replayFrom(Position head, Beat beat) {
    return beat.position == null ? Math.max(1, own.provableFrom(head)) : beat.position.n();
  }

  /**
   * Takes a first head as the place to start from. What this node wrote before stays acknowledged
   * if the journal shows it in the head's history; else it is repeated, as after a resync.
   */
  private Verdict begin(Position head, Beat beat, List<Write> rows) {
    List<Position> shown = rows.stream().map(Write::at).toList();
    boolean covers = contiguous(rows) && shown.contains(head);
    Position end = covers ? shown.get(shown.size() - 1) : head;
    startAt(end, beat.sentAt);
    if (covers) {
      shown.forEach(recent::add);
    }
    own.notIn(Set.copyOf(covers ? shown : List.of(head)), end, beat.sentAt)
        .forEach(lost -> queue(lost.key()));
    return Verdict.RESYNCED;
  }

  synchronized Verdict resync(Position head, long sentAt) {
    startAt(head, sentAt);
    own.takeAll(sentAt).forEach(lost -> queue(lost.key()));
    return Verdict.RESYNCED;
  }

  /** Leaves the history known so far: what was read under it is suspect until it is read again. */
  private synchronized void startAt(Position at, long sentAt) {
    chain++;
    position = at;
    recent.restart(at);
    verified(sentAt);
    echoes.clear();
  }

  /** No proof of before holds any longer, nor what was read under one. */
  synchronized void suspect(long unprovenAt) {
    chain++;
    verifiedAt = unprovenAt;
  }

  private static boolean contiguous(List<Write> rows) {
    for (int i = 1; i < rows.size(); i++) {
      Write row = rows.get(i);
      Position before = rows.get(i - 1).at();
      if (row.at().n() != before.n() + 1 || !row.before().equals(before.id())) {
        return false;
      }
    }
    return true;
  }

  private void verified(long sentAt) {
    if (sentAt - verifiedAt > 0) {
      verifiedAt = sentAt;
    }
  }

  private List<Ticket> effect(Write.Kind kind, String key, String id) {
    switch (kind) {
      case PUT, INV -> {
        local.dropUnless(key, id);
        tickets.touch(key, id, null);
        return tickets.of(key);
      }
      case TAG -> {
        tagClock.invalidate(key);
        tickets.markAll();
        return tickets.all();
      }
      case CLEAR -> {
        dropAll();
        tickets.annulAll();
        return tickets.all();
      }
      case NOP -> {
        return List.of();
      }
    }
    throw new IllegalStateException("kind " + kind);
  }

  /** Moves on by exactly one write; returns false if it is not the next. */
  private boolean advance(Write write) {
    Position now = position;
    Position at = write.at();
    if (now == null || !now.epoch().equals(at.epoch())) {
      return false;
    }
    if (at.n() == now.n() + 1 && write.before().equals(now.id())) {
      position = at;
      recent.add(at);
      own.displacedBy(at).forEach(lost -> queue(lost.key()));
      return true;
    }
    return recent.contains(at);
  }

  private synchronized void dropAll() {
    cleared++;
  }

  private void queue(@Nullable String key) {
    outbox.add(key);
    queued = true;
    if (key == null || outbox.gates("")) {
      dropAll();
      tickets.annulAll();
    } else {
      local.dropUnless(key, null);
      tickets.annul(key);
    }
  }
}
