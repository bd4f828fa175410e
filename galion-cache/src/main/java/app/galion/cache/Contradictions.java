package app.galion.cache;

import app.galion.spi.ComponentId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Options that cannot all be meant, collected so that one message names them all. */
final class Contradictions {
  private final ComponentId id;
  private final List<String> found = new ArrayList<>();

  Contradictions(ComponentId id) {
    this.id = id;
  }

  void add(String contradiction) {
    found.add(contradiction);
  }

  void both(String what, @Nullable Object set, String other, @Nullable Object otherSet) {
    if (set != null && otherSet != null) {
      add(what + " " + set + " and " + other + " " + otherSet + " exclude each other");
    }
  }

  void needsRedis(String what, @Nullable Object set) {
    if (set != null) {
      add((what + " " + set).strip() + " has no meaning without redis");
    }
  }

  void longer(String what, @Nullable Duration set, String than, @Nullable Duration other) {
    if (set != null && other != null && set.compareTo(other) > 0) {
      add(what + " " + set + " is longer than " + than + " " + other);
    }
  }

  void refuse() {
    if (!found.isEmpty()) {
      throw new IllegalStateException(id + " cannot be built: " + String.join("; ", found));
    }
  }
}
