package app.galion.cache;

import app.galion.spi.ComponentId;

/** The load that this call waited for failed on another node. */
public final class RemoteLoadException extends LoadException {

  private static final long serialVersionUID = 1L;

  private final String code;

  /**
   * Creates an error.
   *
   * @param id the cache
   * @param key the key's text
   * @param code what the other node said
   */
  RemoteLoadException(ComponentId id, String key, String code) {
    super(
        id,
        id + " could not load key '" + key + "': the load failed on another node with " + code,
        null);
    this.code = code;
  }

  /**
   * Returns what kind of error it was: the simple name of the exception's class, or {@code
   * Timeout}. Its text stays on the node where it happened.
   *
   * @return letters, digits, {@code _} and {@code $}
   */
  public String code() {
    return code;
  }
}
