package app.galion.cache;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The open tickets of a bucket, as many as calls are under way. Guarded by the bucket's lock. */
final class Tickets {
  private final Map<String, List<Ticket>> byKey = new HashMap<>();

  void add(Ticket ticket) {
    byKey.computeIfAbsent(ticket.name, name -> new ArrayList<>(2)).add(ticket);
  }

  void remove(Ticket ticket) {
    List<Ticket> ofKey = byKey.get(ticket.name);
    ticket.annul(); /* nobody joins what no longer hears of writes */
    if (ofKey != null) {
      ofKey.remove(ticket);
      if (ofKey.isEmpty()) {
        byKey.remove(ticket.name);
      }
    }
  }

  void touch(String name, String id, @Nullable Ticket except) {
    each(
        name,
        ticket -> {
          if (ticket != except) {
            ticket.touch(id);
          }
        });
  }

  void annul(String name) {
    each(name, Ticket::annul);
  }

  /** A tag was invalidated, which the results may turn out to carry. */
  void markAll() {
    byKey.values().forEach(ofKey -> ofKey.forEach(Ticket::markTagged));
  }

  void annulAll() {
    byKey.values().forEach(ofKey -> ofKey.forEach(Ticket::annul));
  }

  /** The tickets to wake; waking is done without the lock. */
  List<Ticket> of(String name) {
    return List.copyOf(byKey.getOrDefault(name, List.of()));
  }

  List<Ticket> all() {
    return byKey.values().stream().flatMap(List::stream).toList();
  }

  int size() {
    return byKey.size();
  }

  private void each(String name, Consumer<Ticket> action) {
    byKey.getOrDefault(name, List.of()).forEach(action);
  }
}
