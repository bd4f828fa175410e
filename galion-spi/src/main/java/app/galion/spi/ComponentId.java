package app.galion.spi;

import static java.util.Objects.requireNonNull;

import java.util.regex.Pattern;

/**
 * The kind and the name of a component, the same in messages, meters and health: prints as {@code
 * circuit 'openai-chat'}.
 *
 * @param kind what it is, one lower-case word: {@code cache}, {@code limiter}, {@code circuit},
 *     {@code redis}, {@code health}
 * @param name which one it is, 1 to 100 letters, digits, {@code . _ -} as the user gave it
 */
public record ComponentId(String kind, String name) {

  private static final int MAX_NAME = 100;
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1," + MAX_NAME + "}");

  /**
   * Creates an id.
   *
   * @param kind what it is
   * @param name which one it is
   * @throws IllegalArgumentException if the name is empty, longer than 100 characters or has a
   *     character that is no letter, digit, {@code .}, {@code _} or {@code -}
   */
  public ComponentId {
    requireNonNull(kind, "kind");
    requireNonNull(name, "name");
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          kind
              + " name '"
              + abbreviate(name)
              + "' must be 1 to 100 ASCII letters, digits, '.', '_' or '-'");
    }
  }

  private static String abbreviate(String name) {
    return name.length() <= MAX_NAME ? name : name.substring(0, MAX_NAME) + "…";
  }

  @Override
  public String toString() {
    return kind + " '" + name + "'";
  }
}
