package app.galion.cache;

import static java.nio.charset.StandardCharsets.UTF_8;

import app.galion.redis.BusListener;
import app.galion.redis.RedisLink;
import app.galion.redis.RedisScript;
import app.galion.redis.RedisUnavailableException;
import app.galion.redis.Reply;
import app.galion.redis.Subscription;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A node's way to the real Redis in the model test: to send a command, to execute it, and to answer
 * it are steps of their own. Messages are pushed to a list instead of published, so that the
 * scheduler has them as soon as a script has run.
 */
final class SteppedRemote extends Remote {
  private static final int EXECUTE_BY = 7;
  /* the real server may be slow: only the model's clock makes a call late */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /* of one step, several callers may go on at once */
  final List<Trip> trips = new CopyOnWriteArrayList<>();
  final Map<Integer, BusListener> listeners = new HashMap<>();
  boolean connected = true;

  /** Whether reads of this node share commands. */
  boolean gathers;

  /** How many buckets have a master of their own; 0 for one master of all. */
  int masters;

  private final Duration modelTimeout;
  private final LongSupplier micros;
  private final LongSupplier now;
  private final @Nullable BrokenRule broken;
  private final byte @Nullable [] script;
  private String epochRead = "";

  /**
   * @param broken a rule that is not kept, if any
   */
  SteppedRemote(
      RedisLink link,
      String name,
      Duration timeout,
      LongSupplier micros,
      LongSupplier now,
      @Nullable BrokenRule broken) {
    super(link, name, PATIENCE);
    this.modelTimeout = timeout;
    this.micros = micros;
    this.now = now;
    this.broken = broken;
    script = broken == null ? null : broken.script();
  }

  /** A command under way. */
  final class Trip {
    final String word;
    final String opId;
    final String text;
    final int bucket;
    final @Nullable ModelOp op;
    final long deadline = now.getAsLong() + modelTimeout.toNanos();

    /** Whether it never arrives. */
    boolean lost;

    private final Supplier<CompletableFuture<Reply>> call;
    private final StepFuture<Reply> end = new StepFuture<>();
    private @Nullable Reply reply;
    private @Nullable RuntimeException error;

    Trip(String word, Supplier<CompletableFuture<Reply>> call) {
      this(word, "", "", 0, call);
    }

    Trip(
        String word,
        String opId,
        String text,
        int bucket,
        Supplier<CompletableFuture<Reply>> call) {
      this.bucket = bucket;
      this.word = word;
      this.opId = opId;
      this.text = text;
      this.call = call;
      op = ModelCaller.currentOp();
    }

    boolean executed() {
      return reply != null || error != null;
    }

    /** Whether its sender still waits. */
    boolean awaited() {
      return !end.isDone();
    }

    @Nullable Reply execute() {
      try {
        reply = RedisLink.join(call.get());
        RemoteEntry entry = word.equals("MGET") ? RemoteEntry.parse(reply.bytes(0)) : null;
        epochRead = entry == null ? epochRead : entry.epoch();
      } catch (RuntimeException e) {
        error = e;
      }
      return reply;
    }

    void answer() {
      if (reply != null) {
        end.complete(reply);
      } else if (error != null) {
        end.completeExceptionally(error);
      }
    }

    void fail(RedisUnavailableException why) {
      end.completeExceptionally(why);
    }

    void refuse() {
      lost = true;
      end.completeExceptionally(ModelFailures.NOT_SENT);
    }

    boolean writes() {
      return switch (word) {
        case "put", "inv", "clear", "tag" -> true;
        default -> false;
      };
    }

    @Override
    public String toString() {
      return word + (text.isEmpty() ? "" : "(" + text + ")");
    }
  }

  @Override
  CompletableFuture<Reply> command(String name, List<byte[]> args) {
    boolean anyTable = name.equals("HMGET") && broken == BrokenRule.EPOCH_IN_TAG_TABLE;
    return send(
        new Trip(name, () -> anyTable ? tagTableOfAnyEpoch(args) : super.command(name, args)));
  }

  /** Reads may join until the command is executed, if they may at all. */
  @Override
  CompletableFuture<Reply> command(String name, byte[] key, Supplier<List<byte[]>> args) {
    if (gathers) {
      return send(new Trip(name, () -> super.command(name, args.get())));
    }
    List<byte[]> now = args.get();
    return send(new Trip(name, () -> super.command(name, now)));
  }

  @Override
  CompletableFuture<Looked> promise() {
    return new StepFuture<>();
  }

  /** Says of a tag table that it is of the epoch that was read before. */
  private CompletableFuture<Reply> tagTableOfAnyEpoch(List<byte[]> args) {
    String source =
        "local t = redis.call('HMGET', KEYS[1], unpack(ARGV)); if t[1] then t[1] = '"
            + epochRead
            + "' end; return t";
    return evalOther(source.getBytes(UTF_8), args.subList(0, 1), args.subList(1, args.size()));
  }

  @Override
  CompletableFuture<Reply> eval(RedisScript of, List<byte[]> keys, List<byte[]> args) {
    if (args.isEmpty()) {
      return send(new Trip("beat", () -> super.eval(of, keys, args)));
    }
    String word = new String(args.get(0), UTF_8);
    if (word.equals("extend") && broken == BrokenRule.SLOW_LOAD_RENEWS_ITS_LEASE) {
      return new StepFuture<>();
    }
    List<byte[]> sent = new ArrayList<>(args);
    return send(
        new Trip(
            word,
            new String(args.get(1), UTF_8),
            new String(args.get(4), UTF_8),
            Integer.parseInt(new String(args.get(3), UTF_8)),
            () -> {
              if (word.equals("put")) {
                /* the server's clock is the model's */
                long by =
                    Long.parseLong(new String(sent.get(EXECUTE_BY), UTF_8))
                        - PATIENCE.minus(modelTimeout).toNanos() / 1000;
                sent.set(EXECUTE_BY, number(micros.getAsLong() > by ? 1 : Long.MAX_VALUE / 4));
              }
              return script == null ? super.eval(of, keys, sent) : evalOther(script, keys, sent);
            }));
  }

  private CompletableFuture<Reply> evalOther(byte[] source, List<byte[]> keys, List<byte[]> args) {
    List<byte[]> all = new ArrayList<>();
    all.add(source);
    all.add(number(keys.size()));
    all.addAll(keys);
    all.addAll(args);
    return super.command("EVAL", all);
  }

  private CompletableFuture<Reply> send(Trip trip) {
    if (connected) {
      trips.add(trip);
    } else {
      trip.fail(ModelFailures.NOT_SENT);
    }
    return trip.end;
  }

  @Override
  String publishCommand() {
    return "RPUSH";
  }

  @Override
  Subscription subscribe(Bucket bucket, BusListener of) {
    listeners.put(bucket.index, of);
    return new Subscription() {
      @Override
      public String channel() {
        return SteppedRemote.this.channel(bucket.index);
      }

      @Override
      public void close() {
        listeners.remove(bucket.index);
      }
    };
  }

  @Override
  boolean available() {
    return connected;
  }

  @Override
  boolean clustered() {
    return masters > 0;
  }

  /** Buckets that no key of the model is in have none. */
  @Override
  CompletableFuture<Reply> beat(List<Bucket> of) {
    return clustered() && of.get(0).index >= masters ? new CompletableFuture<>() : super.beat(of);
  }

  @Override
  long serverMicros() {
    return micros.getAsLong();
  }
}
