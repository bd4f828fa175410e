package app.galion.cache;

import static org.assertj.core.api.Assertions.assertThat;

import app.galion.redis.RedisLink;
import app.galion.testkit.RedisServer;
import java.time.Duration;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Tells the shortest history that needs a rule twice: with the rule, and without. */
final class Traces implements AutoCloseable {
  private final RedisServer server = RedisServer.startOwn();
  private final RedisLink link;

  Traces() throws InterruptedException {
    link = RedisLink.builder("traces", server.uri()).suspectAfter(Duration.ofMinutes(1)).build();
    assertThat(link.awaitAvailable(Nodes.PATIENCE)).isTrue();
  }

  /**
   * Asserts that a promise is kept at the end of a history, and that it would not be without the
   * rule.
   *
   * @param kept takes the steps, and says whether the promise is kept
   */
  void need(BrokenRule rule, Predicate<Steps> kept) {
    assertThat(tell(null, kept)).as("kept by the cache as it is").isTrue();
    assertThat(tell(rule, kept)).as("kept though %s is broken", rule).isFalse();
  }

  /** Tells a history to the cache as it is. */
  boolean tell(Predicate<Steps> kept) {
    return tell(null, kept);
  }

  private boolean tell(@Nullable BrokenRule broken, Predicate<Steps> kept) {
    try (Steps steps = new Steps(link, broken)) {
      return kept.test(steps);
    }
  }

  @Override
  public void close() {
    link.close();
    server.close();
  }
}
