package app.galion.cache;

import app.galion.cache.ModelOp.Kind;
import app.galion.testkit.FakeTicker;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The calls of the model test's application: whom it asks what, and what it does in the database.
 */
final class ModelCalls {
  static final String TAG = "t";

  final List<ModelOp> open = new ArrayList<>();
  final List<ModelLoad> loads = new ArrayList<>();
  int begun;

  private final List<ModelCaller> callers = new ArrayList<>();
  private final Random random;
  private final FakeTicker ticker;
  private final ModelMix mix;
  private final List<String> names;
  private final ModelGhost ghost;
  private final List<ModelNode> nodes;
  private final List<String> trace;
  private @Nullable ModelViolation violation;

  ModelCalls(
      Random random,
      FakeTicker ticker,
      ModelMix mix,
      List<String> names,
      ModelGhost ghost,
      List<ModelNode> nodes,
      List<String> trace) {
    this.random = random;
    this.ticker = ticker;
    this.mix = mix;
    this.names = names;
    this.ghost = ghost;
    this.nodes = nodes;
    this.trace = trace;
  }

  /** Waits until every blocking call waits for the scheduler, and ends those that returned. */
  void settle() {
    for (ModelCaller caller : List.copyOf(callers)) {
      caller.awaitStill();
      if (caller.finished()) {
        callers.remove(caller);
        open.remove(caller.op);
        caller.op.done = true;
        ghost.returned(caller.op, caller.op.result(), ticker.read());
        trace.add("    " + caller.op + " returns " + caller.op.result());
      }
    }
    if (violation != null) {
      throw violation;
    }
  }

  void beginSome() {
    Kind kind =
        random.nextInt(100) < mix.gets()
            ? Kind.GET
            : mix.writes().get(random.nextInt(mix.writes().size()));
    ModelNode node = nodes.get(random.nextInt(nodes.size()));
    int key =
        kind == Kind.CLEAR
            ? -1
            : kind == Kind.TAG || kind == Kind.OTHER_TAG ? 0 : random.nextInt(names.size());
    if (node.frozen || (key == 0 && (kind == Kind.COMPUTE || kind == Kind.ABSENT))) {
      return;
    }
    begin(kind, node, key);
  }

  /** Key 0 carries the tag. */
  ModelOp begin(Kind kind, ModelNode node, int key) {
    ModelOp op = new ModelOp(begun, kind, node.index, key, names.size());
    boolean mayBegin =
        kind == Kind.GET
            || kind == Kind.EXPIRE
            || open.stream()
                .noneMatch(
                    other ->
                        other.writes()
                            && other.touches(op)
                            && (other.kind.exclusive() || kind.exclusive()));
    if (!mayBegin) {
      return op;
    }
    begun++;
    trace.add("    " + op);
    open.add(op);
    if (kind == Kind.GET) {
      get(op, node);
    } else {
      commit(op);
      ModelCaller caller = new ModelCaller(op, () -> op.returned(call(op, node)));
      callers.add(caller);
      caller.start();
    }
    return op;
  }

  private void commit(ModelOp op) {
    for (int k = 0; k < names.size(); k++) {
      if (op.kind == Kind.CLEAR || op.key == k) {
        op.values[k] =
            switch (op.kind) {
              case ABSENT -> ghost.rows[k];
              case EXPIRE, OTHER_TAG -> 0;
              default -> ++ghost.rows[k];
            };
      }
    }
  }

  private WriteResult call(ModelOp op, ModelNode node) {
    TieredCache<String, String> cache = node.cache;
    String name = op.key < 0 ? "" : names.get(op.key);
    String value = op.key < 0 ? "" : Long.toString(op.values[op.key]);
    return switch (op.kind) {
      case INV -> cache.invalidate(name);
      case PUT -> op.key == 0 ? cache.put(name, value, TAG) : cache.put(name, value);
      case ABSENT -> cache.putIfAbsent(name, value);
      case COMPUTE -> {
        WriteResult result = cache.compute(name, old -> value);
        yield result == WriteResult.REFUSED ? cache.invalidate(name) : result;
      }
      case CLEAR -> cache.clear();
      case TAG -> cache.invalidateTags(TAG);
      case OTHER_TAG -> cache.invalidateTags("other");
      case EXPIRE -> cache.expire(name);
      case GET -> throw new IllegalArgumentException("a get is no write");
    };
  }

  private void get(ModelOp op, ModelNode node) {
    String name = names.get(op.key);
    ghost.begins(op, ticker.read());
    Work<String> work =
        context -> {
          if (op.key == 0) {
            context.tags(TAG);
          }
          ModelLoad load = new ModelLoad(node.index, op.key);
          loads.add(load);
          return load.end;
        };
    LocalEntry<String> kept = node.core.local.get(name);
    long now = ticker.read();
    CompletableFuture<Answer<String>> end =
        kept != null && kept.hit(now, ModelNode.SILENCE)
            ? CompletableFuture.completedFuture(
                new Answer<>(kept.value, Tier.L1, kept.loadedAt, false))
            : node.gets.getAsync(name, work, now, kept, ReadOptions.of());
    end.whenComplete((answer, error) -> answered(op, answer, error));
  }

  private void answered(ModelOp op, @Nullable Answer<String> answer, @Nullable Throwable error) {
    open.remove(op);
    op.done = true;
    if (answer == null) {
      trace.add("    " + op + " fails: " + error);
      return;
    }
    op.answer = Long.parseLong(String.valueOf(answer.value()));
    trace.add("    " + op + " answers " + op.answer + " from " + answer.tier());
    try {
      ghost.answered(op, answer);
    } catch (ModelViolation e) {
      violation = e;
    }
  }
}
