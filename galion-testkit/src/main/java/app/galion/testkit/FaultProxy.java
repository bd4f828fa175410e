package app.galion.testkit;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A port of the loopback that leads to a server, over a network that misbehaves on demand. Faults
 * add up until {@link #heal()} and hold for every byte that arrives after the call has returned.
 *
 * <p>TCP never delivers what comes behind a hole: a connection that lost bytes stays silent in that
 * direction after {@link #heal()} too, as does one that was opened while the way to the server was
 * cut. Its owner has to give it up and connect again.
 *
 * <p>Thread-safe. One daemon thread for all connections, of which there are at most 1024. Methods
 * wait until that thread has done what they say, at most five seconds.
 */
public final class FaultProxy implements AutoCloseable {

  private static final int ATTEMPTS = 5;
  private static final Duration ANSWER_WITHIN = Duration.ofSeconds(5);
  private static final Set<ProxyKind> ALL = EnumSet.allOf(ProxyKind.class);
  private static final byte[] LOOPBACK = {127, 0, 0, 1};

  /** Where bytes go. */
  public enum Direction {
    /** From the caller to the server. */
    TO_SERVER,
    /** From the server to the caller. */
    TO_CLIENT
  }

  private final ProxyLoop loop;
  private final Thread thread;
  private final int port;
  private final String target;

  private FaultProxy(int port, InetSocketAddress target) throws IOException {
    this.port = port;
    this.target = target.getHostString() + ":" + target.getPort();
    this.loop =
        new ProxyLoop(new InetSocketAddress(InetAddress.getByAddress(LOOPBACK), port), target);
    this.thread = new Thread(loop, "galion-testkit-proxy-" + port);
    thread.setDaemon(true);
  }

  /**
   * Opens a free port that leads to a server, without a fault. The server need not run yet: a
   * caller whose connection cannot be passed on sees it reset.
   *
   * @param host the server's host, looked up now
   * @param port the server's port
   * @return an open proxy
   * @throws IllegalArgumentException if the host is unknown or the port is not in 1 to 65535
   */
  public static FaultProxy to(String host, int port) {
    requireNonNull(host, "host");
    if (port < 1 || port > 65_535) {
      throw new IllegalArgumentException("port " + port + " must be in 1 to 65535");
    }
    InetSocketAddress target = new InetSocketAddress(host, port);
    if (target.isUnresolved()) {
      throw new IllegalArgumentException("host '" + host + "' is unknown");
    }
    return open(target, ATTEMPTS);
  }

  private static FaultProxy open(InetSocketAddress target, int attempts) {
    int own = FreePort.next();
    try {
      FaultProxy proxy = new FaultProxy(own, target);
      proxy.thread.start();
      return proxy;
    } catch (BindException e) {
      if (attempts > 1) {
        return open(target, attempts - 1);
      }
      throw new UncheckedIOException("the fault proxy cannot listen on port " + own, e);
    } catch (IOException e) {
      throw new UncheckedIOException("the fault proxy cannot listen on port " + own, e);
    }
  }

  /**
   * Returns the port.
   *
   * @return the port that callers connect to, of 127.0.0.1
   */
  public int port() {
    return port;
  }

  /**
   * Returns what callers connect to, for a URI.
   *
   * @return for example {@code 127.0.0.1:20412}
   */
  public String address() {
    return "127.0.0.1:" + port;
  }

  /**
   * Delivers bytes, and the end of a connection, later by this much in each direction. Replaces an
   * earlier delay; what is on its way keeps its own.
   *
   * @param delay how long, at least zero
   * @throws IllegalArgumentException if the delay is negative
   */
  public void delay(Duration delay) {
    if (delay.isNegative()) {
      throw new IllegalArgumentException("delay " + delay + " must be >= 0");
    }
    change(() -> loop.change(ALL, faults -> faults.delayed(delay.toNanos())));
  }

  /**
   * Delivers no more than this in each direction of each connection. A receiver that is slower than
   * its sender makes the sender wait, as on a thin line, once some hundred kilobytes are on the
   * way.
   *
   * @param bytesPerSecond how much, at least 1
   * @throws IllegalArgumentException if it is less
   */
  public void bandwidth(long bytesPerSecond) {
    if (bytesPerSecond < 1) {
      throw new IllegalArgumentException("bytesPerSecond " + bytesPerSecond + " must be >= 1");
    }
    change(() -> loop.change(ALL, faults -> faults.limited(bytesPerSecond)));
  }

  /**
   * Loses every byte of both directions, as a firewall does that drops packets: connections stay
   * open, new ones are accepted, nobody hears anything, not even that the other side closed.
   */
  public void dropSilently() {
    change(() -> loop.change(ALL, ProxyFaults::withBothCut));
  }

  /**
   * Loses every byte of one direction; the other one works. Cut {@link Direction#TO_CLIENT}, the
   * server does what it is told and its answer is lost.
   *
   * @param direction which
   */
  public void cut(Direction direction) {
    requireNonNull(direction, "direction");
    change(() -> loop.change(ALL, faults -> faults.withCut(direction)));
  }

  /** Refuses new connections, as a port does on which nobody listens; open ones go on. */
  public void refuse() {
    change(loop::refuse);
  }

  /** Resets every open connection on both sides, once: callers see "Connection reset". */
  public void reset() {
    change(() -> loop.resetLinks(ALL));
  }

  /** Closes every open connection on both sides, once: callers see the end of the stream. */
  public void closeConnections() {
    change(() -> loop.closeLinks(ALL));
  }

  /**
   * Ends all faults and accepts connections again. What was delayed is delivered at once; what was
   * lost stays lost.
   *
   * @throws IllegalStateException if another process took the port of a proxy that refused
   */
  public void heal() {
    change(
        () -> {
          loop.heal(ALL);
          loop.acceptAgain();
        });
  }

  /**
   * Counts the open connections.
   *
   * @return how many callers are connected, or were when the way to tell was cut; 0 once closed
   */
  public int connections() {
    return connections(ALL);
  }

  int connections(Set<ProxyKind> kinds) {
    return loop.closed() ? 0 : ask(() -> loop.connections(kinds));
  }

  /**
   * Returns the connections on which a caller has sent {@code SUBSCRIBE}, {@code PSUBSCRIBE} or
   * {@code SSUBSCRIBE} to a Redis, for faults of their own.
   *
   * @return a view of this proxy
   */
  public ProxySide subscribers() {
    return new ProxySide(this, loop, ProxyKind.SUBSCRIBERS);
  }

  /**
   * Returns the other connections: those for commands, and every new one until it subscribes.
   *
   * @return a view of this proxy
   */
  public ProxySide commands() {
    return new ProxySide(this, loop, ProxyKind.COMMANDS);
  }

  interface Change {
    void run() throws IOException;
  }

  void change(Change change) {
    ask(
        () -> {
          change.run();
          return true;
        });
  }

  private <T> T ask(Callable<T> question) {
    FutureTask<T> task = new FutureTask<>(question);
    loop.ask(task);
    try {
      return task.get(ANSWER_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
    } catch (CancellationException e) {
      throw new IllegalStateException(this + " is closed", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException(this + " failed: " + e.getCause(), e);
    } catch (TimeoutException e) {
      throw new IllegalStateException(
          this + " did not answer within " + ANSWER_WITHIN.toMillis() + " ms", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for " + this, e);
    }
  }

  /** Closes the port and every connection and ends the thread. Idempotent. */
  @Override
  public void close() {
    loop.close();
    try {
      thread.join(ANSWER_WITHIN.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public String toString() {
    return "fault proxy from " + address() + " to " + target;
  }
}
