package app.galion.redis;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/*
 * The channels of one link and who listens. Messages and changes of state go, in the order in which
 * the network brought them, through one queue to one thread, which calls the listeners. Should that
 * queue overflow because a listener is slow, the channel's messages are dropped and the listener is
 * told of a loss, as after a lost connection.
 */
final class Bus {

  private static final Logger LOG = System.getLogger("app.galion.redis");
  static final int MAX_QUEUED = 65_536;

  /* One channel: who listens, and whether messages are arriving. */
  final class Channel {
    final String name;
    private final List<Listening> listening = new CopyOnWriteArrayList<>();
    private final AtomicBoolean overflowed = new AtomicBoolean();
    private boolean live;
    volatile @Nullable BusLine line; // changes on the keeper's thread

    Channel(String name) {
      this.name = name;
    }

    synchronized void add(Listening one) {
      listening.add(one);
      if (live) {
        deliver(one, BusListener::onSubscribed);
      }
    }

    /* What a former line says late is not what the channel waits for. */
    synchronized void subscribed(BusLine by) {
      if (!live && line == by) {
        live = true;
        listening.forEach(one -> deliver(one, BusListener::onSubscribed));
      }
    }

    synchronized boolean live() {
      return live;
    }

    synchronized void lost() {
      if (live) {
        live = false;
        core.counters().losses.increment();
        listening.forEach(one -> deliver(one, BusListener::onLost));
      }
    }

    void message(byte[] message) {
      core.counters().messages.increment();
      if (overflowed.get()) {
        return;
      }
      if (dispatcher.getQueue().size() < MAX_QUEUED) {
        for (Listening one : listening) {
          deliver(one, listener -> listener.onMessage(message));
        }
      } else if (overflowed.compareAndSet(false, true)) {
        core.counters().losses.increment();
        for (Listening one : listening) {
          deliver(one, BusListener::onLost);
        }
        dispatch(
            () -> {
              overflowed.set(false);
              listening.forEach(one -> one.call(BusListener::onSubscribed));
            });
      }
    }
  }

  /* One listener of one channel. */
  final class Listening implements Subscription {
    private final String name;
    private final BusListener listener;
    private volatile boolean closed;

    Listening(String name, BusListener listener) {
      this.name = name;
      this.listener = listener;
    }

    @Override
    public String channel() {
      return name;
    }

    @Override
    public void close() {
      if (!closed) {
        closed = true;
        core.keeper().run(() -> forget(this));
      }
    }

    void call(Consumer<BusListener> what) {
      if (closed) {
        return;
      }
      try {
        what.accept(listener);
      } catch (RuntimeException e) {
        core.counters().listenerFailures.increment();
        if (!failedBefore.getAndSet(true)) {
          LOG.log(
              Level.WARNING,
              core.id()
                  + " caught what a listener of channel '"
                  + name
                  + "' threw; further failures are only counted",
              e);
        }
      }
    }
  }

  private final LinkCore core;
  private final Transport transport;
  private final Map<String, Channel> channels = new ConcurrentHashMap<>();
  private final ThreadPoolExecutor dispatcher;
  private final AtomicBoolean failedBefore = new AtomicBoolean();
  private final Map<String, BusLine> lines = new ConcurrentHashMap<>();

  Bus(LinkCore core, Transport transport) {
    this.core = core;
    this.transport = transport;
    dispatcher =
        new ThreadPoolExecutor(
            1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), core.threads("bus"));
  }

  Subscription subscribe(String name, BusListener listener) {
    Listening one = new Listening(name, listener);
    Channel channel =
        channels.compute(
            name,
            (key, known) -> {
              Channel found = known == null ? new Channel(key) : known;
              found.add(one);
              return found;
            });
    core.keeper().run(() -> place(channel));
    return one;
  }

  @Nullable Channel channel(String name) {
    return channels.get(name);
  }

  /* The route has changed, or a second has passed. */
  void placeAll() {
    channels.values().forEach(this::place);
  }

  private void place(Channel channel) {
    if (channels.get(channel.name) != channel) {
      return; // nobody listens any more
    }
    Route.BusPlace place = core.route().busPlace(channel.name);
    BusLine line =
        place == null
            ? null
            : lines.computeIfAbsent(
                place.name(), key -> new BusLine(this, core, transport.client(), place));
    BusLine before = channel.line;
    if (line == before || line == null) {
      return;
    }
    channel.line = line;
    if (before != null) {
      before.remove(channel);
      channel.lost();
    }
    line.add(channel);
  }

  void start() {
    core.keeper().runEvery(TimeUnit.SECONDS.toNanos(1), this::watch);
  }

  private void watch() {
    placeAll();
    lines
        .values()
        .removeIf(
            line -> {
              line.watch();
              return line.retired();
            });
  }

  private void forget(Listening one) {
    Channel channel = channels.get(one.name);
    if (channel == null) {
      return;
    }
    channel.listening.remove(one);
    channels.computeIfPresent(one.name, (name, known) -> known.listening.isEmpty() ? null : known);
    BusLine line = channel.line;
    if (line != null && channels.get(one.name) != channel) {
      channel.line = null;
      line.remove(channel);
    }
  }

  private void deliver(Listening one, Consumer<BusListener> what) {
    dispatch(() -> one.call(what));
  }

  private void dispatch(Runnable work) {
    try {
      dispatcher.execute(work);
    } catch (RejectedExecutionException e) {
      core.note("a message came after the link was closed", e);
    }
  }

  /* Lets listeners hear of the loss, and nothing after it. */
  void close() {
    channels.values().forEach(Channel::lost);
    core.keeper().run(() -> lines.values().forEach(BusLine::end));
    dispatcher.shutdown();
  }
}
