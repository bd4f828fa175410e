package app.galion.redis;

/**
 * Hears the messages of one channel. All methods are called one after the other on a thread of the
 * link, never on a network thread; a slow listener delays the link's other listeners. What a
 * listener throws is logged and counted.
 */
@FunctionalInterface
public interface BusListener {

  /**
   * Hears a message.
   *
   * @param message the message's bytes
   */
  void onMessage(byte[] message);

  /** Hears that messages published from now on will arrive: at first, and again after a loss. */
  default void onSubscribed() {}

  /**
   * Hears that messages may have been missed, and will be until the next {@link #onSubscribed()}.
   */
  default void onLost() {}
}
