package app.galion.benchmarks.load;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/*
 * The way of one node to Redis. It tells connections that subscribe from those that do not, whichever client opened
 * them, so that each kind can fail alone. What was lost stays lost: a connection that fell silent says nothing more.
 */
final class SplitProxy implements AutoCloseable {
  /** How much later a slow connection delivers, in each direction. */
  static final long DELAY_MILLIS = 80;

  /** What a connection is for. */
  enum Kind {
    COMMANDS,
    SUBSCRIBER
  }

  /** What happens to it. */
  enum Fault {
    NONE,
    /** It is closed, and each new one as soon as it shows what it is for. */
    CUT,
    /** Its bytes are lost; nobody is told. */
    SILENT,
    /** Its bytes are late by {@link #DELAY_MILLIS}. */
    SLOW
  }

  private final int target;
  private final ServerSocket door;
  private final Map<Kind, Fault> faults = new ConcurrentHashMap<>();
  private final Set<Link> links = ConcurrentHashMap.newKeySet();
  private final ScheduledExecutorService late =
      Executors.newSingleThreadScheduledExecutor(task -> daemon("late", task));

  SplitProxy(int target) {
    this.target = target;
    try {
      door = new ServerSocket(0, 128, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException("no free port for a proxy", e);
    }
    daemon("door", this::accept).start();
  }

  String uri() {
    return "redis://127.0.0.1:" + door.getLocalPort();
  }

  void fault(Kind kind, Fault fault) {
    faults.put(kind, fault);
    if (fault == Fault.CUT) {
      links.stream().filter(link -> link.kind == kind).forEach(Link::close);
    }
  }

  private void accept() {
    while (!door.isClosed()) {
      try {
        Link link = new Link(door.accept());
        links.add(link);
        link.start();
      } catch (IOException e) {
        if (!door.isClosed()) {
          System.getLogger(SplitProxy.class.getName())
              .log(System.Logger.Level.WARNING, "a connection could not be passed on", e);
        }
      }
    }
  }

  private static Thread daemon(String job, Runnable task) {
    Thread thread = new Thread(task, "galion-load-proxy-" + job);
    thread.setDaemon(true);
    return thread;
  }

  @Override
  public void close() {
    try {
      door.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    links.forEach(Link::close);
    late.shutdownNow();
  }

  /** One connection: its two sockets, a thread for each direction. */
  private final class Link {
    private final Socket client;
    private final Socket server;
    private volatile Kind kind = Kind.COMMANDS;
    private volatile boolean silent;

    Link(Socket client) throws IOException {
      this.client = client;
      try {
        server = new Socket(InetAddress.getLoopbackAddress(), target);
        server.setTcpNoDelay(true);
        client.setTcpNoDelay(true);
      } catch (IOException e) {
        client.close();
        throw e;
      }
    }

    void start() {
      daemon("up", () -> pump(client, server, true)).start();
      daemon("down", () -> pump(server, client, false)).start();
    }

    private void pump(Socket from, Socket to, boolean up) {
      byte[] buffer = new byte[16_384];
      long due = System.nanoTime();
      Queue<byte[]> waiting = new ConcurrentLinkedQueue<>();
      try {
        InputStream in = from.getInputStream();
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
          if (up && kind == Kind.COMMANDS && subscribes(buffer, read)) {
            kind = Kind.SUBSCRIBER;
          }
          Fault fault = faults.getOrDefault(kind, Fault.NONE);
          if (fault == Fault.CUT) {
            break;
          }
          silent |= fault == Fault.SILENT;
          if (!silent) {
            due = pass(to, Arrays.copyOf(buffer, read), fault, due, waiting);
          }
        }
      } catch (IOException e) {
        System.getLogger(SplitProxy.class.getName())
            .log(System.Logger.Level.DEBUG, "a connection ended", e);
      }
      close();
      links.remove(this);
    }

    /** Delivers in order, at the earliest when what came before was due. */
    private long pass(Socket to, byte[] bytes, Fault fault, long before, Queue<byte[]> waiting)
        throws IOException {
      long now = System.nanoTime();
      long due = fault == Fault.SLOW ? now + TimeUnit.MILLISECONDS.toNanos(DELAY_MILLIS) : before;
      if (due - now <= 0 && waiting.isEmpty()) {
        to.getOutputStream().write(bytes);
        return due;
      }
      waiting.add(bytes);
      long at = Math.max(due, before);
      var unused = late.schedule(() -> deliver(to, waiting), at - now, TimeUnit.NANOSECONDS);
      return at;
    }

    /* Whichever task comes first delivers what came first; it waits until it is written. */
    private void deliver(Socket to, Queue<byte[]> waiting) {
      try {
        to.getOutputStream().write(requireNonNull(waiting.peek(), "waiting"));
      } catch (IOException e) {
        close();
      } finally {
        waiting.remove();
      }
    }

    private static boolean subscribes(byte[] bytes, int length) {
      return new String(bytes, 0, length, StandardCharsets.ISO_8859_1)
          .toUpperCase(Locale.ROOT)
          .contains("SUBSCRIBE");
    }

    void close() {
      try (client;
          server) {
        links.remove(this);
      } catch (IOException e) {
        System.getLogger(SplitProxy.class.getName())
            .log(System.Logger.Level.DEBUG, "a connection did not close", e);
      }
    }
  }
}
