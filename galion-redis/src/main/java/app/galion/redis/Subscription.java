package app.galion.redis;

/** An interest in a channel, which lasts until it is closed or its link is. */
public interface Subscription extends AutoCloseable {

  /**
   * Returns the channel.
   *
   * @return the channel's full name
   */
  String channel();

  /** Ends the interest: the listener hears nothing more, except what it is hearing now. */
  @Override
  void close();
}
