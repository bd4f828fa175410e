package app.galion.testkit;

import static java.util.Objects.requireNonNull;

import app.galion.spi.Ticker;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.FutureTask;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/*
 * One thread owns every socket and all state of a proxy; what a test asks for is done on it between two looks at the
 * sockets, so a fault holds for every byte that comes after the call. A channel that is closed leaves the network
 * only with the next select; selectNow swallows a wakeup, so it is called from tasks alone, behind which the queue is
 * looked at again.
 */
final class ProxyLoop implements Runnable {

  private static final System.Logger LOG = System.getLogger(ProxyLoop.class.getName());
  private static final int MOST_LINKS = 1024;
  private static final int BACKLOG = 512;
  private static final long NANOS_PER_MILLI = Duration.ofMillis(1).toNanos();

  private final Ticker ticker = Ticker.system();
  private final InetSocketAddress target;
  private final Selector selector;
  private final Set<ProxyLink> links = new HashSet<>();
  private final Queue<FutureTask<?>> asked = new ConcurrentLinkedQueue<>();
  private final InetSocketAddress address;
  private @Nullable ServerSocketChannel door;
  private final Map<ProxyKind, ProxyFaults> faults = new EnumMap<>(ProxyKind.class);
  private volatile boolean closed;

  ProxyLoop(InetSocketAddress address, InetSocketAddress target) throws IOException {
    this.address = address;
    this.target = target;
    this.selector = Selector.open();
    for (ProxyKind kind : ProxyKind.values()) {
      faults.put(kind, ProxyFaults.NONE);
    }
    try {
      openDoor();
    } catch (IOException e) {
      selector.close();
      throw e;
    }
  }

  /** Has the loop's thread do something; once the loop has ended the task is cancelled. */
  void ask(FutureTask<?> task) {
    asked.add(task);
    selector.wakeup();
    if (closed) {
      task.cancel(false);
    }
  }

  @Override
  public void run() {
    try {
      while (!closed) {
        selector.select(timeoutMillis());
        work();
      }
    } catch (IOException | RuntimeException e) {
      LOG.log(Level.ERROR, "the fault proxy to " + target + " ended", e);
    } finally {
      closed = true;
      asked.forEach(task -> task.cancel(false));
      end();
    }
  }

  private void end() {
    try (selector) {
      closeDoor();
      closeLinks(EnumSet.allOf(ProxyKind.class));
    } catch (IOException e) {
      LOG.log(Level.WARNING, "the fault proxy to " + target + " cannot close its sockets", e);
    }
  }

  private long timeoutMillis() {
    long now = ticker.read();
    long wait = Long.MAX_VALUE;
    for (ProxyLink link : links) {
      wait = Math.min(wait, link.waits(now));
    }
    return wait == Long.MAX_VALUE ? 0 : Math.max(1, (wait + NANOS_PER_MILLI - 1) / NANOS_PER_MILLI);
  }

  private void work() throws IOException {
    for (FutureTask<?> task = asked.poll(); task != null; task = asked.poll()) {
      task.run();
    }
    if (door != null && selector.keys().stream().anyMatch(ProxyLoop::knocked)) {
      accept(door);
    }
    long now = ticker.read();
    for (ProxyLink link : List.copyOf(links)) {
      try {
        link.work(this::faults, now);
        if (link.finished(this::faults)) {
          links.remove(link);
          link.close();
        }
      } catch (IOException e) {
        LOG.log(Level.DEBUG, "a connection to {0} ends: {1}", target, e.getMessage());
        links.remove(link);
        link.reset();
      }
    }
    selector.selectedKeys().clear();
  }

  private static boolean knocked(SelectionKey key) {
    return key.isValid() && key.isAcceptable();
  }

  private void accept(ServerSocketChannel from) throws IOException {
    for (SocketChannel caller = from.accept(); caller != null; caller = from.accept()) {
      try {
        if (links.size() == MOST_LINKS) {
          throw new IOException("there are " + MOST_LINKS + " connections already");
        }
        ProxyLink link = new ProxyLink(caller, target, selector, this::faults);
        if (faults(ProxyKind.COMMANDS).refused()) {
          link.reset();
        } else {
          links.add(link);
        }
      } catch (IOException e) {
        LOG.log(Level.WARNING, "the fault proxy resets a caller of " + target, e);
        caller.setOption(StandardSocketOptions.SO_LINGER, 0);
        caller.close();
      }
    }
  }

  private void openDoor() throws IOException {
    ServerSocketChannel opened = ServerSocketChannel.open();
    try {
      opened.setOption(StandardSocketOptions.SO_REUSEADDR, true);
      opened.bind(address, BACKLOG);
      opened.configureBlocking(false);
      opened.register(selector, SelectionKey.OP_ACCEPT);
    } catch (IOException e) {
      opened.close();
      throw e;
    }
    door = opened;
  }

  private void closeDoor() throws IOException {
    if (door != null) {
      door.close();
      door = null;
      selector.selectNow();
    }
  }

  private ProxyFaults faults(ProxyKind kind) {
    return requireNonNull(faults.get(kind), "faults");
  }

  void change(Set<ProxyKind> kinds, UnaryOperator<ProxyFaults> change) {
    kinds.forEach(kind -> faults.put(kind, change.apply(faults(kind))));
  }

  void refuse() throws IOException {
    closeDoor();
  }

  void heal(Set<ProxyKind> kinds) throws IOException {
    change(kinds, before -> ProxyFaults.NONE);
    long now = ticker.read();
    linksOf(kinds).forEach(link -> link.healed(now));
  }

  void acceptAgain() throws IOException {
    if (door == null) {
      openDoor();
    }
  }

  private List<ProxyLink> linksOf(Set<ProxyKind> kinds) {
    return links.stream().filter(link -> kinds.contains(link.kind())).toList();
  }

  int connections(Set<ProxyKind> kinds) {
    return linksOf(kinds).size();
  }

  void closeLinks(Set<ProxyKind> kinds) throws IOException {
    for (ProxyLink link : linksOf(kinds)) {
      links.remove(link);
      link.close();
    }
    selector.selectNow();
  }

  void resetLinks(Set<ProxyKind> kinds) throws IOException {
    for (ProxyLink link : linksOf(kinds)) {
      links.remove(link);
      link.reset();
    }
    selector.selectNow();
  }

  boolean closed() {
    return closed;
  }

  /** Lets the thread end, which closes everything. */
  void close() {
    closed = true;
    selector.wakeup();
  }
}
