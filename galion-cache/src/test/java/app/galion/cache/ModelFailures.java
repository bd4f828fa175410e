package app.galion.cache;

import app.galion.redis.RedisLink;
import app.galion.redis.RedisUnavailableException;
import app.galion.redis.RedisUnavailableException.Reason;
import app.galion.redis.Reply;
import app.galion.testkit.Await;
import app.galion.testkit.RedisServer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Failures as a real link reports them, which only a link can make. */
final class ModelFailures {
  /** There was no connection. */
  static final RedisUnavailableException NOT_SENT;

  /** The connection broke while the call was under way. */
  static final RedisUnavailableException BROKEN;

  static final RedisUnavailableException TIMEOUT;

  static {
    try (RedisServer server = RedisServer.startOwn();
        RedisLink link =
            RedisLink.builder("failures", server.uri())
                .suspectAfter(Duration.ofMinutes(1))
                .build()) {
      Await.until("connected", Nodes.PATIENCE, link::available);
      server.pause();
      CompletableFuture<Reply> underWay = ping(link, Nodes.PATIENCE);
      TIMEOUT = failure(ping(link, Duration.ofMillis(300)));
      server.kill();
      BROKEN = failure(underWay);
      Await.until("noticed", Nodes.PATIENCE, () -> !link.available());
      NOT_SENT = failure(ping(link, Nodes.PATIENCE));
    }
    check(TIMEOUT, Reason.TIMEOUT, true);
    check(BROKEN, Reason.DISCONNECTED, true);
    check(NOT_SENT, Reason.DISCONNECTED, false);
  }

  private ModelFailures() {}

  private static CompletableFuture<Reply> ping(RedisLink link, Duration deadline) {
    return link.command("PING", List.of(), deadline);
  }

  private static RedisUnavailableException failure(CompletableFuture<Reply> call) {
    try {
      throw new IllegalStateException("answered " + RedisLink.join(call));
    } catch (RedisUnavailableException e) {
      return e;
    }
  }

  private static void check(
      RedisUnavailableException failure, Reason reason, boolean mayHaveExecuted) {
    if (failure.reason() != reason || failure.mayHaveExecuted() != mayHaveExecuted) {
      throw new IllegalStateException("expected " + reason, failure);
    }
  }
}
