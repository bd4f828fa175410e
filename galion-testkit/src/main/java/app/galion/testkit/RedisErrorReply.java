package app.galion.testkit;

/** An error that the Redis server answered; the message is the server's own. */
public final class RedisErrorReply extends RuntimeException {

  private static final long serialVersionUID = 1L;

  RedisErrorReply(String message) {
    super(message);
  }
}
