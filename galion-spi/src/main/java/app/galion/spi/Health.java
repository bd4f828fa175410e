package app.galion.spi;

import static java.util.Objects.requireNonNull;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How a component is, at one moment. Details are for operators: they may name hosts and counts and
 * are shown to authorised readers only.
 *
 * @param status the verdict
 * @param details facts behind it, sorted by name, immutable
 */
public record Health(Status status, SortedMap<String, String> details) {

  /** The verdict on a component. */
  public enum Status {
    /** Works as intended. */
    UP,
    /** Works with a stated loss: a fallback is engaged, a circuit is open. */
    DEGRADED,
    /** Does not work. */
    DOWN
  }

  /**
   * Creates a health; the details are copied.
   *
   * @param status the verdict
   * @param details facts behind it
   */
  public Health {
    requireNonNull(status, "status");
    details = Collections.unmodifiableSortedMap(new TreeMap<>(details));
  }

  /**
   * Returns an UP without details.
   *
   * @return the health
   */
  public static Health up() {
    return of(Status.UP, Map.of());
  }

  /**
   * Returns a health with the given details.
   *
   * @param status the verdict
   * @param details facts behind it
   * @return the health
   */
  public static Health of(Status status, Map<String, String> details) {
    return new Health(status, new TreeMap<>(details));
  }
}
