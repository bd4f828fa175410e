package app.galion.spi;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/** A fleet of one: nobody to share with, nobody to lose a lease to. */
final class SingleFleet implements Fleet {

  private static final String SELF = "single";
  private static final int MAX_TOPIC = 200;
  private static final int MAX_NOTE = 1024;

  private final Map<String, String> notes = new ConcurrentHashMap<>();

  @Override
  public String self() {
    return SELF;
  }

  @Override
  public int size() {
    return 1;
  }

  @Override
  public void post(String topic, String note) {
    requireLength("topic", topic, 1, MAX_TOPIC);
    requireLength("note", note, 0, MAX_NOTE);
    if (note.isEmpty()) {
      notes.remove(topic);
    } else {
      notes.put(topic, note);
    }
  }

  @Override
  public Map<String, String> posts(String topic) {
    String note = notes.get(requireNonNull(topic, "topic"));
    return note == null ? Map.of() : Map.of(SELF, note);
  }

  @Override
  public CompletionStage<Boolean> tryLease(String name, Duration duration) {
    requireLength("name", name, 1, MAX_TOPIC);
    if (duration.toMillis() < 1) {
      throw new IllegalArgumentException("lease duration " + duration + " must be >= 1 ms");
    }
    return CompletableFuture.completedFuture(true);
  }

  @Override
  public void releaseLease(String name) {
    requireNonNull(name, "name");
  }

  private static void requireLength(String what, String text, int min, int max) {
    int length = requireNonNull(text, what).length();
    if (length < min || length > max) {
      throw new IllegalArgumentException(
          "fleet " + what + " of " + length + " characters must have " + min + " to " + max);
    }
  }
}
