package app.galion.cache;

import app.galion.spi.ComponentId;
import app.galion.spi.GalionException;
import org.jspecify.annotations.Nullable;

/**
 * A load failed: with a checked error, which is the cause, or because nobody waits for it any
 * longer (hard timeout, interrupt).
 */
public class LoadException extends GalionException {

  private static final long serialVersionUID = 1L;

  /**
   * Creates an error.
   *
   * @param id the cache
   * @param message what happened to which key
   * @param cause what the loader threw, or null
   */
  public LoadException(ComponentId id, String message, @Nullable Throwable cause) {
    super(id, message, cause);
  }
}
