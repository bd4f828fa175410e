package app.galion.reference;

import app.galion.spi.Ticker;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * Ends a body that comes too slowly with a 408, and so frees who reads it. A body has a time of
 * grace from its first read, and earns more by every byte that comes.
 */
final class PacedBodies extends Handler.Wrapper {

  private final long graceNanos;
  private final long bytesPerSecond;

  PacedBodies(Duration grace, long bytesPerSecond) {
    this.graceNanos = grace.toNanos();
    this.bytesPerSecond = bytesPerSecond;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    return super.handle(new Paced(request), response, callback);
  }

  private final class Paced extends Request.Wrapper {

    private final long start = Ticker.system().read();
    private final AtomicReference<@Nullable Runnable> waiting = new AtomicReference<>();
    private long bytes;
    private volatile Content.@Nullable Chunk tooSlow;

    Paced(Request request) {
      super(request);
    }

    @Override
    public Content.@Nullable Chunk read() {
      Content.Chunk end = tooSlow;
      if (end != null) {
        return end;
      }
      Content.Chunk chunk = super.read();
      if (chunk != null) {
        bytes += chunk.remaining();
      }
      return chunk;
    }

    @Override
    public void demand(Runnable callback) {
      waiting.set(callback);
      long allowed = graceNanos + TimeUnit.SECONDS.toNanos(bytes) / bytesPerSecond;
      long left = start + allowed - Ticker.system().read();
      if (left <= 0) {
        expire();
        return;
      }
      Scheduler.Task limit =
          getComponents().getScheduler().schedule(this::expire, left, TimeUnit.NANOSECONDS);
      super.demand(
          () -> {
            limit.cancel();
            proceed();
          });
    }

    private void expire() {
      if (waiting.get() != null) {
        tooSlow =
            Content.Chunk.from(
                new HttpException.RuntimeException(
                    HttpStatus.REQUEST_TIMEOUT_408, JettyErrors.message(408)));
        proceed();
      }
    }

    /** Whoever waits goes on once, whichever of content and limit comes first. */
    private void proceed() {
      Runnable callback = waiting.getAndSet(null);
      if (callback != null) {
        callback.run();
      }
    }
  }
}
