package app.galion.cache;

import app.galion.cache.ModelOp.Kind;
import app.galion.cache.SteppedRemote.Trip;
import app.galion.redis.RedisLink;
import app.galion.redis.Reply;
import app.galion.testkit.FakeTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/*
 * One run of the model test: three nodes, one Redis, one database, and a scheduler that takes one
 * step after the other, each drawn from a seed. Everything the cache does is a step: to send, to
 * execute, to answer or lose a command; to deliver or lose a message; to run a task; to read the
 * database; to let time pass. The same seed makes the same run.
 */
final class ModelWorld implements AutoCloseable {
  private static final int NODES = 3;
  private static final int MOST_OPEN = 6;
  private static final int LAST_STEPS = 20_000;

  private final Random random;
  private final FakeTicker ticker = new FakeTicker();
  private final long start = ticker.read();
  private final List<String> names;
  private final ModelRedis redis;
  private final ModelGhost ghost;
  private final List<ModelNode> nodes;
  private final ModelCalls calls;
  private final ModelLeases leases;
  private final List<ModelLoad> abandoned = new ArrayList<>();
  private final List<String> trace = new ArrayList<>();
  private final List<Step> steps = new ArrayList<>();
  private long @Nullable [] replica;
  private long replicaSince;
  private boolean faults;
  private final ModelMix mix;

  private record Step(int weight, Supplier<String> what, Runnable action) {}

  ModelWorld(RedisLink link, long seed, @Nullable BrokenRule broken) {
    random = new Random(seed);
    ModelMix drawn = ModelMix.any(random);
    mix = broken == null ? drawn : broken.mix(drawn).inOneBucket();
    names = mix.names();
    redis = new ModelRedis(link, names, mix.buckets());
    ghost = new ModelGhost(mix.keys(), NODES);
    nodes =
        IntStream.range(0, NODES)
            .mapToObj(
                i ->
                    new ModelNode(
                        i, link, ticker, this::micros, broken, mix.loaderTimeout(), mix.buckets()))
            .toList();
    nodes.forEach(node -> node.remote.masters = mix.clustered() ? mix.buckets() : 0);
    nodes.forEach(node -> node.remote.gathers = random.nextBoolean());
    leases = new ModelLeases(redis);
    calls = new ModelCalls(random, ticker, mix, names, ghost, nodes, trace);
  }

  private long micros() {
    return 1_000_000_000_000L + (ticker.read() - start) / 1000;
  }

  /**
   * Takes steps, then ends all faults and whatever is under way.
   *
   * @throws ModelViolation if an invariant does not hold
   */
  void run(int ops, int most) {
    try {
      settle();
      faults = true;
      for (int i = 0; i < most && !(calls.begun >= ops && calls.open.isEmpty()); i++) {
        collect(calls.begun < ops);
        take();
      }
      heal();
      end();
    } catch (ModelViolation e) {
      throw new ModelViolation(e.getMessage() + "\n" + String.join("\n", trace), e);
    } catch (RuntimeException e) {
      throw new IllegalStateException("the run broke\n" + String.join("\n", trace), e);
    }
  }

  private void settle() {
    for (int i = 0;
        i < 200
            && nodes.stream()
                .anyMatch(node -> node.core.buckets.stream().anyMatch(of -> of.position() == null));
        i++) {
      collect(false);
      take();
    }
  }

  private void heal() {
    faults = false;
    trace.add("-- all faults end");
    for (ModelNode node : nodes) {
      node.frozen = false;
      node.remote.connected = true;
      if (!node.subscribed) {
        node.subscribedAgain();
      }
    }
  }

  /** Everything comes to its end without a further fault, and then all writes are visible. */
  private void end() {
    until("all calls have ended (I8)", () -> calls.open.isEmpty());
    for (ModelLoad load : abandoned) {
      load.end.complete(Long.toString(load.row < 0 ? ghost.rows[load.key] : load.row));
    }
    rest();
    until(
        "all writes are repeated (T2)",
        () ->
            nodes.stream()
                .flatMap(node -> node.core.buckets.stream())
                .allMatch(bucket -> bucket.queuedSize() == 0));
    rest();
    for (ModelNode node : nodes) {
      for (int k = 0; k < names.size(); k++) {
        ModelOp get = calls.begin(Kind.GET, node, k);
        until("the last gets have ended (I8)", () -> get.done);
        ghost.checkEnd(get, get.answer);
      }
    }
    rest();
    for (ModelNode node : nodes) {
      int tickets = node.core.buckets.stream().mapToInt(Bucket::openTickets).sum();
      if (tickets != 0 || !node.core.flights.isEmpty()) {
        throw new ModelViolation(
            "I8 "
                + node
                + " still holds "
                + tickets
                + " tickets, flights "
                + node.core.flights.keySet());
      }
    }
  }

  /** Lets three heartbeats pass and everything else with them. */
  private void rest() {
    long since = ticker.read();
    until("time passes", () -> ticker.read() - since > Duration.ofSeconds(4).toNanos());
  }

  private void until(String what, Supplier<Boolean> condition) {
    for (int i = 0; !condition.get(); i++) {
      if (i > LAST_STEPS) {
        throw new ModelViolation(
            "not within " + LAST_STEPS + " steps: " + what + "; open: " + calls.open);
      }
      collect(false);
      take();
    }
  }

  // ------------------------------------------------------------------------------ which steps

  private void collect(boolean more) {
    steps.clear();
    if (more && calls.open.size() < MOST_OPEN) {
      step(12, () -> "begin", calls::beginSome);
    }
    for (ModelNode node : nodes) {
      for (Trip trip : node.remote.trips) {
        if (!trip.executed() && !trip.lost) {
          if (faults) {
            fault(
                ModelFault.COMMAND_LOST,
                () -> trip + " of " + node + " is lost",
                () -> trip.lost = true);
            fault(
                ModelFault.COMMAND_LOST, () -> trip + " of " + node + " is refused", trip::refuse);
          }
          step(mix.haste(), () -> "Redis executes " + node + "." + trip, () -> execute(node, trip));
        } else if (trip.executed() && !node.frozen && trip.awaited()) {
          step(mix.haste(), () -> node + " has the answer of " + trip, () -> answer(node, trip));
        }
        if (!node.frozen && trip.awaited() && ticker.read() - trip.deadline >= 0) {
          step(10, () -> trip + " of " + node + " times out", () -> timeOut(trip));
        }
      }
      if (!node.frozen) {
        ofNode(node);
      }
    }
    for (ModelLoad load : calls.loads) {
      if (!nodes.get(load.node).frozen) {
        ofLoad(load);
      }
    }
    if (steps.isEmpty()) {
      long nanos = nodes.stream().mapToLong(node -> node.timer.untilDue()).min().orElse(1);
      step(1, () -> "time passes", () -> advance(Math.max(1, nanos)));
    } else if (faults) {
      long millis = List.of(10L, 60L, 260L, 1000L).get(random.nextInt(4));
      step(
          2 + 2 * mix.weight(ModelFault.LATE),
          () -> millis + " ms pass",
          () -> advance(millis * 1_000_000));
      ofFaults();
    }
  }

  private void ofNode(ModelNode node) {
    for (ModelTimer.Task task : node.timer.due()) {
      step(20, () -> node + " runs a task", () -> node.timer.run(task));
    }
    if (!node.messages.isEmpty()) {
      step(
          12,
          () -> node + " hears " + text(node.messages.peekFirst()),
          () -> hear(node, node.messages.removeFirst()));
      if (faults) {
        fault(
            ModelFault.MESSAGE_LOST,
            () -> node + " misses " + text(node.messages.peekFirst()),
            () -> node.messages.removeFirst());
      }
    }
  }

  private void ofLoad(ModelLoad load) {
    if (ticker.read() - load.until < 0) {
      return;
    }
    if (load.row < 0) {
      step(10, () -> load + " reads the row", () -> load.row = ghost.rows[load.key]);
    } else {
      step(
          10,
          () -> load + " answers " + load.row,
          () -> {
            calls.loads.remove(load);
            load.end.complete(Long.toString(load.row));
          });
    }
    if (faults) {
      fault(
          ModelFault.LOAD,
          () -> load + " fails",
          () -> {
            calls.loads.remove(load);
            load.end.completeExceptionally(new IllegalStateException("no database"));
          });
      fault(
          ModelFault.SLOW,
          () -> load + " takes long",
          () -> load.until = ticker.read() + (4 + random.nextInt(12)) * 1_000_000_000L);
      if (!load.here) {
        fault(
            ModelFault.LOAD,
            () -> load + " never ends",
            () -> {
              calls.loads.remove(load);
              abandoned.add(load);
            });
      }
    }
  }

  private void ofFaults() {
    for (ModelNode node : nodes) {
      if (node.frozen) {
        step(4, () -> node + " goes on", () -> node.frozen = false);
      } else {
        fault(ModelFault.FROZEN, () -> node + " freezes", () -> node.frozen = true);
      }
      if (node.subscribed) {
        fault(ModelFault.DEAF, () -> node + " loses its subscription", node::lost);
      } else {
        step(8, () -> node + " subscribes again", node::subscribedAgain);
      }
      if (node.remote.connected) {
        fault(ModelFault.DISCONNECTED, () -> node + " loses its connection", node::disconnect);
      } else {
        step(8, () -> node + " connects again", () -> node.remote.connected = true);
      }
    }
    int k = random.nextInt(names.size());
    fault(
        ModelFault.LEASE,
        () -> "the lease of " + k + " expires",
        () -> evict(() -> redis.evictLease(names.get(k))));
    String evicted = mix.evicted().get(random.nextInt(mix.evicted().size()));
    if (evicted.equals("E")) {
      evicts("the entry of " + k, () -> redis.evictEntry(names.get(k)));
    } else {
      int bucket = ModelRedis.bucket(names.get(k));
      evicts(evicted + " beside " + k, () -> redis.evict(bucket, evicted));
    }
    if (random.nextInt(4) == 0) {
      fault(ModelFault.FLUSHED, () -> "Redis is flushed", redis::flush);
    }
    if (replica == null) {
      fault(ModelFault.FAILED_OVER, () -> "the replica hears nothing more", this::stopReplication);
    } else {
      step(8, () -> "the replica takes over", this::failOver);
    }
  }

  private void evicts(String what, Runnable action) {
    fault(ModelFault.EVICTED, () -> what + " is evicted", () -> evict(action));
  }

  private void fault(ModelFault fault, Supplier<String> what, Runnable action) {
    int weight = mix.weight(fault);
    if (weight > 0) {
      step(weight, what, action);
    }
  }

  private void step(int weight, Supplier<String> what, Runnable action) {
    steps.add(new Step(weight, what, action));
  }

  private void take() {
    int at = random.nextInt(steps.stream().mapToInt(Step::weight).sum());
    int i = 0;
    while (at >= steps.get(i).weight) {
      at -= steps.get(i++).weight;
    }
    Step step = steps.get(i);
    trace.add(trace.size() + " " + step.what.get());
    ticker.advance(Duration.ofNanos(1));
    step.action.run();
    calls.settle();
    leases.check(ticker.read());
    nodes.forEach(
        node ->
            node.remote.trips.removeIf(trip -> (trip.executed() || trip.lost) && !trip.awaited()));
    nodes.forEach(node -> ghost.checkNode(node, names));
  }

  // ------------------------------------------------------------------------------ what steps do

  private void execute(ModelNode node, Trip trip) {
    Reply reply = trip.execute();
    boolean wrote =
        reply != null && trip.writes() && reply.size() == 2 && !reply.text(0).equals("OTHER");
    if (wrote) {
      ghost.executed(node, trip, names);
    }
    if (reply != null) {
      leases.executed(node, trip, reply, ticker.read());
    }
    List<byte[]> messages = redis.take();
    nodes.stream().filter(n -> n.subscribed).forEach(n -> n.messages.addAll(messages));
    if (wrote || trip.word.equals("fill")) {
      redis.check(ghost);
    }
  }

  private void answer(ModelNode node, Trip trip) {
    trip.answer();
    if (trip.op == null && trip.writes()) {
      ghost.drained(trip, ticker.read());
    }
    trace.add("    to " + node);
  }

  private void timeOut(Trip trip) {
    trip.fail(ModelFailures.TIMEOUT);
  }

  private void hear(ModelNode node, byte[] message) {
    ghost.heard(node, message);
    node.hear(message);
  }

  private void advance(long nanos) {
    for (ModelNode node : nodes) {
      if (!node.frozen) {
        for (Trip trip : List.copyOf(node.remote.trips)) {
          if (trip.awaited() && ticker.read() - trip.deadline >= 0) {
            timeOut(trip);
          }
        }
      }
    }
    ticker.advance(Duration.ofNanos(nanos));
  }

  private void evict(Runnable action) {
    action.run();
    redis.check(ghost);
  }

  private void stopReplication() {
    redis.stopReplication();
    replica = ghost.snapshot();
    replicaSince = ticker.read();
  }

  private void failOver() {
    long[] known = replica;
    replica = null;
    if (known != null && ticker.read() - replicaSince < Duration.ofSeconds(10).toNanos()) {
      redis.failOver();
      ghost.failedOver(known, nodes, calls.open);
      redis.check(ghost);
    }
  }

  private static String text(byte @Nullable [] message) {
    return message == null ? "" : new String(message, java.nio.charset.StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    nodes.forEach(node -> node.cache.close());
  }
}
