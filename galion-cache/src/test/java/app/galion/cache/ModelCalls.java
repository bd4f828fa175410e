package app.galion.cache;

import app.galion.cache.ModelOp.Kind;
import app.galion.testkit.FakeTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * The calls of the model test's application: whom it asks what, and what it does in the database.
 */
final class ModelCalls {
  static final String TAG = "t";

  final List<ModelOp> open = new ArrayList<>();
  /* of one step, several callers may go on at once */
  final List<ModelLoad> loads = new CopyOnWriteArrayList<>();
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
    while (endFinished()) {
      /* one that returns may have let another go on */
    }
    if (violation != null) {
      throw violation;
    }
  }

  private boolean endFinished() {
    boolean any = false;
    for (ModelCaller caller : List.copyOf(callers)) {
      caller.awaitStill();
      if (caller.finished()) {
        any = true;
        callers.remove(caller);
        open.remove(caller.op);
        caller.op.done = true;
        if (caller.op.kind == Kind.GET_ALL) {
          answered(caller.op);
        } else if (caller.op.here) {
          answered(caller.op, caller.op.got, null);
        } else {
          ghost.sawEnough(caller.op);
          ghost.returned(caller.op, caller.op.result(), ticker.read());
          trace.add("    " + caller.op + " returns " + caller.op.result());
        }
      }
    }
    return any;
  }

  void beginSome() {
    Kind kind =
        random.nextInt(100) < mix.gets()
            ? mix.reads().get(random.nextInt(mix.reads().size()))
            : mix.writes().get(random.nextInt(mix.writes().size()));
    ModelNode node = nodes.get(random.nextInt(nodes.size()));
    int key =
        kind == Kind.CLEAR || kind == Kind.GET_ALL
            ? -1
            : kind == Kind.TAG || kind == Kind.OTHER_TAG ? 0 : random.nextInt(names.size());
    if (node.frozen
        || (key == 0 && (kind == Kind.COMPUTE || kind == Kind.ABSENT))
        || (kind == Kind.GET_ALL && names.size() == 1)) {
      return;
    }
    begin(kind, node, key);
  }

  /** Key 0 carries the tag. */
  ModelOp begin(Kind kind, ModelNode node, int key) {
    ModelOp op = new ModelOp(begun, kind, node.index, key, names.size());
    boolean mayBegin =
        kind.reads()
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
    if (kind == Kind.PEEK) {
      peek(op, node);
    } else if (kind == Kind.GET_ALL) {
      getAll(op, node);
    } else if (kind.reads()) {
      get(op, node);
    } else {
      ghost.begins(op, ticker.read());
      commit(op);
      start(new ModelCaller(op, () -> op.returned(call(op, node))));
    }
    return op;
  }

  private void start(ModelCaller caller) {
    callers.add(caller);
    caller.start();
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
        WriteResult result =
            cache.compute(
                name,
                old -> {
                  op.answer = old == null ? 0 : Long.parseLong(old);
                  return value;
                });
        yield result == WriteResult.REFUSED ? cache.invalidate(name) : result;
      }
      case CLEAR -> cache.clear();
      case TAG -> cache.invalidateTags(TAG);
      case OTHER_TAG -> cache.invalidateTags("other");
      case EXPIRE -> cache.expire(name);
      case GET, GET_HERE, STRICT, REFRESH, GET_ALL, PEEK, SKIP_LOCAL, SKIP_REMOTE ->
          throw new IllegalArgumentException(op.kind + " is no write");
    };
  }

  private void get(ModelOp op, ModelNode node) {
    String name = names.get(op.key);
    ghost.begins(op, ticker.read());
    op.here = op.kind == Kind.GET_HERE || (random.nextBoolean() && skips(op.kind));
    Work<String> work =
        context -> {
          if (op.key == 0) {
            context.tags(TAG);
          }
          ModelLoad load = new ModelLoad(node.index, op.key, op.here, ticker.read());
          loads.add(load);
          return load.end;
        };
    LocalEntry<String> kept = node.core.local.get(name);
    long now = ticker.read();
    if (kept != null && hits(op.kind, kept, now)) {
      answered(op, new Answer<>(kept.value, Tier.L1, kept.loadedAt, false), null);
      return;
    }
    if (op.here) {
      start(
          new ModelCaller(
              op,
              () -> {
                try {
                  op.got = node.gets.get(name, work, now, kept, options(op.kind));
                } catch (RuntimeException e) {
                  op.failed = true;
                }
              }));
      return;
    }
    node.gets
        .getAsync(name, work, now, kept, options(op.kind))
        .whenComplete((answer, error) -> answered(op, answer, error));
  }

  private static boolean skips(Kind kind) {
    return kind == Kind.SKIP_LOCAL || kind == Kind.SKIP_REMOTE;
  }

  /** What the cache answers before it asks anybody. */
  private static boolean hits(Kind kind, LocalEntry<String> kept, long now) {
    return switch (kind) {
      case GET -> kept.hit(now, ModelNode.SILENCE);
      case SKIP_REMOTE -> kept.serves(now, ModelNode.SILENCE);
      default -> false;
    };
  }

  private static ReadOptions options(Kind kind) {
    return switch (kind) {
      case STRICT -> ReadOptions.of().maxStaleness(Duration.ZERO);
      case REFRESH -> ReadOptions.of().refresh();
      case SKIP_LOCAL -> ReadOptions.of().skipLocal();
      case SKIP_REMOTE -> ReadOptions.of().skipRemote();
      default -> ReadOptions.of();
    };
  }

  private void peek(ModelOp op, ModelNode node) {
    ghost.begins(op, ticker.read());
    node.gets
        .peek(names.get(op.key), node.timer, ReadOptions.of())
        .whenComplete(
            (answer, error) -> {
              if (answer == null && error == null) {
                open.remove(op);
                trace.add("    " + op + " finds nothing");
              } else {
                answered(op, answer, error);
              }
            });
  }

  private void getAll(ModelOp op, ModelNode node) {
    for (int k = 1; k < names.size(); k++) {
      ModelOp part = new ModelOp(op.number, Kind.GET_ALL, op.node, k, names.size());
      ghost.begins(part, ticker.read());
      op.parts.add(part);
    }
    Set<String> asked = new LinkedHashSet<>(names.subList(1, names.size()));
    start(
        new ModelCaller(
            op,
            () -> {
              try {
                Map<String, String> values = node.gets.getAll(asked, keys -> loadAll(node, keys));
                for (ModelOp part : op.parts) {
                  part.answer = Long.parseLong(values.get(names.get(part.key)));
                }
              } catch (RuntimeException e) {
                op.failed = true;
              }
            }));
  }

  /** On the caller's thread, while the scheduler waits for it to stand still. */
  private Map<String, String> loadAll(ModelNode node, Set<? extends String> keys) {
    boolean waits = Thread.currentThread() instanceof ModelCaller;
    Map<String, ModelLoad> begun = new TreeMap<>();
    for (String key : new TreeSet<>(keys)) {
      ModelLoad load = new ModelLoad(node.index, names.indexOf(key), true, ticker.read());
      begun.put(key, load);
      if (waits) {
        loads.add(load);
      } else {
        load.end.complete(Long.toString(ghost.rows[load.key]));
      }
    }
    Map<String, String> values = new TreeMap<>();
    begun.forEach((key, load) -> values.put(key, String.valueOf(load.end.join())));
    return values;
  }

  private void answered(ModelOp getAll) {
    for (ModelOp part : getAll.parts) {
      trace.add("    " + part + (getAll.failed ? " fails" : " answers " + part.answer));
      if (!getAll.failed) {
        String value = Long.toString(part.answer);
        check(part, new Answer<>(value, Tier.LOADED, 0, false));
      }
    }
  }

  private void check(ModelOp op, Answer<String> answer) {
    try {
      ghost.answered(op, answer);
    } catch (ModelViolation e) {
      violation = e;
    }
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
    check(op, answer);
  }
}
