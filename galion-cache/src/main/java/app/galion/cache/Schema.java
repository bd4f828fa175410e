package app.galion.cache;

import static java.util.Objects.requireNonNull;

/**
 * What shape the encoded values have. Entries of another name or a lower version are replaced when
 * met; entries of the same name and a higher version are left alone, so that during a rolling
 * deployment old nodes do not undo what new ones wrote.
 *
 * @param name names codec and type, for example {@code json:User}; stays the same over versions
 * @param version at least 1; raise it when older code can no longer read the values, or newer code
 *     no longer the old ones
 */
public record Schema(String name, int version) {

  /**
   * Creates a schema.
   *
   * @param name names codec and type
   * @param version at least 1
   * @throws IllegalArgumentException if the name is blank or the version below 1
   */
  public Schema {
    requireNonNull(name, "name");
    if (name.isBlank()) {
      throw new IllegalArgumentException("schema name '" + name + "' must not be blank");
    }
    if (version < 1) {
      throw new IllegalArgumentException("schema version " + version + " must be >= 1");
    }
  }
}
