package app.galion.ratelimit;

import app.galion.redis.RedisLink;
import app.galion.redis.RedisUnavailableException;
import app.galion.redis.RedisUnavailableException.Reason;
import app.galion.redis.Reply;
import app.galion.spi.ComponentId;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Reads the server's eviction policy, at the start and after an outage, and warns of one that may
 * evict counters: an evicted counter is a full limit again. A server that refuses to say is not
 * asked again before the next outage.
 */
final class EvictionCheck {

  private static final System.Logger LOG = System.getLogger(RateLimiter.class.getName());
  private static final String FIELD = "maxmemory_policy:";
  private static final String UNKNOWN = "unknown";

  private final ComponentId id;
  private final RedisLink link;
  private final AtomicBoolean started = new AtomicBoolean();
  private volatile String policy = UNKNOWN;

  EvictionCheck(ComponentId id, RedisLink link) {
    this.id = id;
    this.link = link;
  }

  String policy() {
    return policy;
  }

  /** The server may be another one, or have another configuration. */
  void lookAgain() {
    started.set(false);
    look();
  }

  void lookOnce() {
    if (!started.get()) {
      look();
    }
  }

  void look() {
    if (started.compareAndSet(false, true)) {
      CompletableFuture<Reply> unused =
          link.command("INFO", List.of(RedisLink.bytes("memory")), Duration.ofSeconds(1))
              .whenComplete(this::answered);
    }
  }

  private void answered(@Nullable Reply reply, @Nullable Throwable error) {
    if (reply == null) {
      // a server that answers without rights to INFO will answer so again
      boolean refused =
          error instanceof RedisUnavailableException away && away.reason() == Reason.ERROR;
      started.set(refused);
      return;
    }
    String before = policy;
    String info = reply.text(0);
    int at = info.indexOf(FIELD);
    if (at >= 0) {
      int end = info.indexOf('\r', at);
      policy = info.substring(at + FIELD.length(), end < 0 ? info.length() : end);
    }
    if (!policy.equals(before) && !policy.equals("noeviction")) {
      LOG.log(
          Level.WARNING,
          "{0} keeps its counters in a Redis with maxmemory-policy {1}: an evicted counter admits a"
              + " full limit again; set it to noeviction, or give the limits a server of their own",
          id,
          policy);
    }
  }
}
