package app.galion.reference;

import app.galion.testkit.RedisServer;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Starts the embedded Redis again when nothing listens on its port for a while, as an orchestrator
 * would: late enough to see how the nodes do without it, and never where somebody else did.
 */
final class RedisKeeper implements AutoCloseable {

  static final int ABSENT_SECONDS = 20;

  private static final System.Logger LOG = System.getLogger(RedisKeeper.class.getName());
  private static final int CONNECT_MILLIS = 500;

  private final RedisServer server;
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          work -> {
            Thread thread = new Thread(work, "galion-reference-redis-keeper");
            thread.setDaemon(true);
            return thread;
          });
  private int absent;

  RedisKeeper(RedisServer server) {
    this.server = server;
  }

  void start() {
    var unused = clock.scheduleWithFixedDelay(this::look, 1, 1, TimeUnit.SECONDS);
  }

  private void look() {
    absent = listens() ? 0 : absent + 1;
    if (absent < ABSENT_SECONDS) {
      return;
    }
    absent = 0;
    try {
      server.restart();
      LOG.log(Level.WARNING, "started the embedded Redis again, empty");
    } catch (IllegalStateException e) {
      LOG.log(Level.WARNING, "cannot start the embedded Redis again: {0}", e.getMessage());
    }
  }

  private boolean listens() {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(server.host(), server.port()), CONNECT_MILLIS);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }
}
