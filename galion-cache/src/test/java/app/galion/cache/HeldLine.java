package app.galion.cache;

import static org.assertj.core.api.Assertions.assertThat;

import app.galion.redis.RedisLink;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The connection to a key's server, which writes nothing more until it is let go. */
final class HeldLine implements AutoCloseable {
  private static final Duration LONG = Duration.ofSeconds(30);

  private final CountDownLatch held = new CountDownLatch(1);
  private final CompletableFuture<Void> letGo = new CompletableFuture<>();

  HeldLine(RedisLink link, String key) throws InterruptedException {
    CompletableFuture<?> unused =
        link.command("EXISTS", link.key(key), () -> hold(link.key(key)), LONG);
    assertThat(held.await(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
  }

  private List<byte[]> hold(byte[] key) {
    held.countDown();
    letGo.join();
    return List.of(key);
  }

  @Override
  public void close() {
    letGo.complete(null);
  }
}
