package app.galion.cache;

import app.galion.cache.Write.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Buckets that break a rule about the history of their writes. */
final class BrokenHistory {
  private BrokenHistory() {}

  private static Write nothing(Position at, String before) {
    return new Write(0, at, before, Kind.NOP, "");
  }

  /** Takes what a journal does not show for nothing. */
  static final class TakesAnyRows extends BrokenBucket {
    TakesAnyRows(CacheCore<String, String> core) {
      super(core);
    }

    @Override
    Verdict replayed(Position head, Beat beat, List<Write> rows) {
      Position from = beat.position();
      if (from == null || (!rows.isEmpty() && rows.get(0).at().equals(from))) {
        return super.replayed(head, beat, rows);
      }
      List<Write> filled = new ArrayList<>(List.of(nothing(from, "")));
      rows.stream().filter(row -> row.at().n() > from.n()).forEach(row -> fill(filled, row));
      if (filled.get(filled.size() - 1).at().n() < head.n()) {
        fill(filled, nothing(head, ""));
      }
      return super.replayed(head, beat, filled);
    }

    private static void fill(List<Write> rows, Write next) {
      Position last = rows.get(rows.size() - 1).at();
      while (last.n() + 1 < next.at().n()) {
        Position at = new Position(last.epoch(), last.n() + 1, "gap" + last.n());
        rows.add(nothing(at, last.id()));
        last = at;
      }
      rows.add(new Write(0, next.at(), last.id(), next.kind(), next.key()));
    }
  }

  /** Drops an entry only for a write of a higher number. */
  static final class DropsByNumber extends BrokenBucket {
    private final Map<String, Long> numbers = new ConcurrentHashMap<>();

    DropsByNumber(CacheCore<String, String> core) {
      super(core);
    }

    @Override
    boolean received(Write write) {
      LocalEntry<String> kept = core.local.get(write.key());
      numbers.merge(write.at().id(), write.at().n(), Math::max);
      boolean older = kept != null && numbers.getOrDefault(kept.id, 0L) >= write.at().n();
      return super.received(
          older ? new Write(0, write.at(), write.before(), Kind.NOP, write.key()) : write);
    }

    @Override
    void acknowledged(Kind kind, @Nullable String key, Position at, long now) {
      numbers.merge(at.id(), at.n(), Math::max);
      super.acknowledged(kind, key, at, now);
    }
  }

  /** Moves to whatever later write it hears of. */
  static final class Jumps extends BrokenBucket {
    Jumps(CacheCore<String, String> core) {
      super(core);
    }

    @Override
    boolean received(Write write) {
      Position here = position();
      while (here != null
          && here.epoch().equals(write.at().epoch())
          && here.n() + 1 < write.at().n()) {
        boolean last = here.n() + 2 == write.at().n();
        String id = last ? write.before() : "gap" + here.n();
        Position next = new Position(here.epoch(), here.n() + 1, id);
        super.received(nothing(next, here.id()));
        here = next;
      }
      return super.received(write);
    }
  }

  /** Knows which number each write had, and goes by it. */
  static final class RevalidatesByNumber extends BrokenBucket {
    private final Map<String, Long> numbers = new ConcurrentHashMap<>();

    RevalidatesByNumber(CacheCore<String, String> core) {
      super(core);
    }

    @Override
    boolean received(Write write) {
      numbers.put(write.at().id(), write.at().n());
      return super.received(write);
    }

    @Override
    Verdict replayed(Position head, Beat beat, List<Write> rows) {
      rows.forEach(row -> numbers.put(row.at().id(), row.at().n()));
      return super.replayed(head, beat, rows);
    }

    @Override
    void acknowledged(Kind kind, @Nullable String key, Position at, long now) {
      numbers.put(at.id(), at.n());
      super.acknowledged(kind, key, at, now);
    }

    @Override
    synchronized <K, V> boolean store(
        LocalTier<K, V> into, K key, Ticket ticket, LocalEntry<V> entry, boolean fromRedis) {
      LocalEntry<V> there = into.get(key);
      boolean equal =
          there != null
              && numbers.getOrDefault(there.id, -1L).equals(numbers.getOrDefault(entry.id, -2L));
      LocalEntry<V> kept =
          equal
              ? new LocalEntry<>(
                  there.value,
                  there.id,
                  ticket,
                  entry.loadedAt,
                  entry.freshUntil,
                  entry.freshUntil,
                  entry.loadedAt,
                  entry.asPrevious().tags())
              : entry;
      return super.store(into, key, ticket, kept, fromRedis);
    }
  }

  /** Takes calls under way along into a new history, if nothing had happened to them before. */
  static final class KeepsTickets extends BrokenBucket {
    private final Set<Ticket> open = new HashSet<>();
    private final Map<Ticket, Ticket> twins = new HashMap<>();

    KeepsTickets(CacheCore<String, String> core) {
      super(core);
    }

    @Override
    synchronized Ticket open(String name) {
      Ticket ticket = super.open(name);
      open.add(ticket);
      return ticket;
    }

    @Override
    synchronized void close(Ticket ticket) {
      open.remove(ticket);
      Ticket twin = twins.remove(ticket);
      if (twin != null) {
        super.close(twin);
      }
      super.close(ticket);
    }

    @Override
    synchronized Verdict heard(Position head, Beat beat) {
      List<Ticket> clean = clean();
      return taken(clean, super.heard(head, beat));
    }

    @Override
    Verdict replayed(Position head, Beat beat, List<Write> rows) {
      List<Ticket> clean = clean();
      return taken(clean, super.replayed(head, beat, rows));
    }

    private List<Ticket> clean() {
      return open.stream().filter(this::clean).toList();
    }

    private Verdict taken(List<Ticket> clean, Verdict verdict) {
      if (verdict == Verdict.RESYNCED) {
        clean.forEach(ticket -> twins.put(ticket, super.open(ticket.name)));
      }
      return verdict;
    }

    @Override
    synchronized <K, V> boolean store(
        LocalTier<K, V> into, K key, Ticket ticket, LocalEntry<V> entry, boolean fromRedis) {
      Ticket twin = twins.remove(ticket);
      if (twin == null) {
        open.remove(ticket);
        return super.store(into, key, ticket, entry, fromRedis);
      }
      close(ticket);
      LocalEntry<V> moved =
          new LocalEntry<>(
              entry.value,
              entry.id,
              twin,
              entry.loadedAt,
              entry.freshUntil,
              entry.freshUntil,
              entry.loadedAt,
              entry.asPrevious().tags());
      return super.store(into, key, twin, moved, fromRedis);
    }
  }

  /** Believes a reply though its number has passed and was another's. */
  static final class TrustsLateReplies extends BrokenBucket {
    private final Set<Position> seen = ConcurrentHashMap.newKeySet();

    TrustsLateReplies(CacheCore<String, String> core) {
      super(core);
    }

    @Override
    boolean received(Write write) {
      seen.add(write.at());
      return super.received(write);
    }

    @Override
    Verdict replayed(Position head, Beat beat, List<Write> rows) {
      rows.forEach(row -> seen.add(row.at()));
      return super.replayed(head, beat, rows);
    }

    @Override
    void acknowledged(Kind kind, @Nullable String key, Position at, long now) {
      Position here = position();
      boolean passed = here != null && here.epoch().equals(at.epoch()) && here.n() >= at.n();
      if (passed && !seen.contains(at)) {
        applied(kind, key == null ? "" : key, at.id());
      } else {
        super.acknowledged(kind, key, at, now);
      }
    }
  }
}
