package app.galion.cache;

import static java.util.Objects.requireNonNull;

import app.galion.cache.ModelOp.Kind;
import app.galion.cache.SteppedRemote.Trip;
import app.galion.redis.RedisLink;
import app.galion.redis.RedisUnavailableException;
import app.galion.testkit.FakeTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/*
 * A history told step by step: three nodes of the model test, a real Redis, and rows of a database.
 * Nothing happens by itself. What a node sends is executed and answered by go, or, if a test took
 * it by sent, when the test says so; messages wait until they are heard or missed; no time passes
 * but by pass.
 */
final class Steps implements AutoCloseable {
  static final int K = 0;
  static final int L = 1;
  private static final int KEYS = 2;
  private static final Duration LOADER_TIMEOUT = Duration.ofSeconds(20);
  private static final int MOST_ROUNDS = 1000;

  final ModelNode a;
  final ModelNode b;
  final ModelNode c;
  final ModelRedis redis;
  final long[] rows = new long[KEYS];

  /** Loads that have begun and wait for {@link #load}; others read their row and end at once. */
  final List<ModelLoad> loads = new ArrayList<>();

  boolean loadsWait;

  private final FakeTicker ticker = new FakeTicker();
  private final long start = ticker.read();
  private final List<String> names = ModelNode.names(0, KEYS);
  private final List<ModelNode> nodes;
  private final List<ModelCaller> callers = new ArrayList<>();
  private final Set<Trip> taken = new HashSet<>();

  Steps(RedisLink link, @Nullable BrokenRule broken) {
    Arrays.fill(rows, 1);
    redis = new ModelRedis(link, names, 1);
    nodes =
        IntStream.range(0, 3)
            .mapToObj(i -> new ModelNode(i, link, ticker, this::micros, broken, LOADER_TIMEOUT, 1))
            .toList();
    a = nodes.get(0);
    b = nodes.get(1);
    c = nodes.get(2);
    settle();
  }

  private long micros() {
    return 1_000_000_000_000L + (ticker.read() - start) / 1000;
  }

  String name(int key) {
    return names.get(key);
  }

  // -------------------------------------------------------------------------------------- calls

  /** Begins a get; its first command is sent. */
  CompletableFuture<Answer<String>> get(ModelNode node, int key) {
    return get(node, key, ReadOptions.of());
  }

  CompletableFuture<Answer<String>> get(ModelNode node, int key, ReadOptions options) {
    LocalEntry<String> kept = node.core.local.get(name(key));
    long now = ticker.read();
    CompletableFuture<Answer<String>> end =
        node.gets.getAsync(name(key), work(node, key), now, kept, options);
    run(node);
    return end;
  }

  private Work<String> work(ModelNode node, int key) {
    return context -> {
      if (key == K) {
        context.tags(ModelCalls.TAG);
      }
      ModelLoad load = new ModelLoad(node.index, key, false, ticker.read());
      load.row = rows[key];
      if (loadsWait) {
        loads.add(load);
      } else {
        load.end.complete(Long.toString(load.row));
      }
      return load.end;
    };
  }

  /** Ends a load with what its row was when it began. */
  void load(ModelLoad load) {
    loads.remove(load);
    load.end.complete(Long.toString(load.row));
    run(nodes.get(load.node));
  }

  /** What a get answers while nothing goes wrong. */
  long value(ModelNode node, int key) {
    CompletableFuture<Answer<String>> end = get(node, key);
    go(node);
    return valueOf(end);
  }

  static long valueOf(CompletableFuture<Answer<String>> end) {
    if (!end.isDone()) {
      throw new AssertionError("the get has not ended");
    }
    return Long.parseLong(requireNonNull(end.join().value()));
  }

  /** What this process would answer without asking anybody; 0 for nothing. */
  long hit(ModelNode node, int key) {
    LocalEntry<String> kept = node.core.local.get(name(key));
    return kept != null && kept.hit(ticker.read(), ModelNode.SILENCE)
        ? Long.parseLong(requireNonNull(kept.value))
        : 0;
  }

  /** Commits a new row and begins to invalidate it. */
  ModelOp inv(ModelNode node, int key) {
    rows[key]++;
    return begin(Kind.INV, node, key, () -> node.cache.invalidate(name(key)));
  }

  /** Commits a new row and begins to put it; k carries the tag. */
  ModelOp put(ModelNode node, int key) {
    String value = Long.toString(++rows[key]);
    return begin(
        Kind.PUT,
        node,
        key,
        () ->
            key == K
                ? node.cache.put(name(key), value, ModelCalls.TAG)
                : node.cache.put(name(key), value));
  }

  ModelOp expire(ModelNode node, int key) {
    return begin(Kind.EXPIRE, node, key, () -> node.cache.expire(name(key)));
  }

  ModelOp clear(ModelNode node) {
    return begin(Kind.CLEAR, node, -1, node.cache::clear);
  }

  ModelOp tag(ModelNode node, String tag) {
    return begin(Kind.TAG, node, -1, () -> node.cache.invalidateTags(tag));
  }

  private ModelOp begin(
      Kind kind, ModelNode node, int key, java.util.function.Supplier<WriteResult> call) {
    ModelOp op = new ModelOp(0, kind, node.index, key, KEYS);
    ModelCaller caller = new ModelCaller(op, () -> op.returned(call.get()));
    callers.add(caller);
    caller.start();
    callersWait();
    return op;
  }

  /** Makes a write that is executed and answered; others may hear of it. */
  void done(ModelOp op) {
    go(nodes.get(op.node));
    if (callers.stream().anyMatch(caller -> caller.op == op)) {
      throw new AssertionError(op + " has not returned");
    }
  }

  private void callersWait() {
    callers.forEach(ModelCaller::awaitStill);
    callers.removeIf(ModelCaller::finished);
  }

  // -------------------------------------------------------------------------------------- steps

  /** The command that a node has sent and that has not been executed; from here on the test's. */
  Trip sent(ModelNode node, String word) {
    Trip trip =
        node.remote.trips.stream()
            .filter(t -> t.word.equals(word) && !t.executed() && !t.lost && !taken.contains(t))
            .findFirst()
            .orElseThrow(
                () -> new AssertionError(node + " has not sent " + word + node.remote.trips));
    taken.add(trip);
    return trip;
  }

  boolean hasSent(ModelNode node, String word) {
    return node.remote.trips.stream().anyMatch(t -> t.word.equals(word) && !t.executed());
  }

  void execute(Trip trip) {
    trip.execute();
    List<byte[]> messages = redis.take();
    nodes.forEach(node -> node.messages.addAll(messages));
  }

  void answer(ModelNode node, Trip trip) {
    trip.answer();
    callersWait();
    run(node);
  }

  void timeOut(ModelNode node, Trip trip) {
    fail(node, trip, ModelFailures.TIMEOUT);
  }

  private void fail(ModelNode node, Trip trip, RedisUnavailableException why) {
    trip.fail(why);
    callersWait();
    run(node);
  }

  /** A node's command never arrives and times out. */
  void lose(ModelNode node, String word) {
    run(node);
    Trip trip = sent(node, word);
    trip.lost = true;
    timeOut(node, trip);
  }

  /** All that a node sends is executed and answered, until it sends nothing more. */
  void go(ModelNode node) {
    for (int i = 0; i < MOST_ROUNDS; i++) {
      run(node);
      Trip next =
          node.remote.trips.stream()
              .filter(trip -> !trip.executed() && !trip.lost && !taken.contains(trip))
              .findFirst()
              .orElse(null);
      if (next == null) {
        return;
      }
      execute(next);
      answer(node, next);
    }
    throw new AssertionError(node + " never rests");
  }

  private void run(ModelNode node) {
    for (int i = 0; i < MOST_ROUNDS && !node.timer.due().isEmpty(); i++) {
      node.timer.run(node.timer.due().get(0));
      callersWait();
    }
  }

  /** A heartbeat, and what follows from it. */
  void beat(ModelNode node) {
    beatIsSent(node);
    go(node);
  }

  void beatIsSent(ModelNode node) {
    requireNonNull(node.core.beats).hurry(node.bucket(0));
    run(node);
  }

  /** A node hears all that is on its way. */
  void hear(ModelNode node) {
    while (!node.messages.isEmpty()) {
      node.hear(node.messages.removeFirst());
    }
  }

  /** A node hears the last message; what came before is lost. */
  void hearLast(ModelNode node) {
    node.hear(node.messages.removeLast());
    miss(node);
  }

  void miss(ModelNode... deaf) {
    Stream.of(deaf).forEach(node -> node.messages.clear());
  }

  /** Whether Redis holds nothing for a key. */
  boolean hasNo(int key) {
    return !redis.has("E:" + name(key));
  }

  void pass(Duration time) {
    ticker.advance(time);
  }

  /** Everything under way ends, nothing is lost. */
  void settle() {
    for (int i = 0; i < 4; i++) {
      for (ModelNode node : nodes) {
        hear(node);
        go(node);
      }
    }
  }

  @Override
  public void close() {
    nodes.forEach(node -> node.cache.close());
  }
}
