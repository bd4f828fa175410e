package app.galion.cache;

import app.galion.redis.BusListener;
import app.galion.redis.RedisLink;
import app.galion.redis.RedisScript;
import app.galion.redis.RedisUnavailableException;
import app.galion.redis.RedisUnavailableException.Reason;
import app.galion.redis.Reply;
import app.galion.redis.Subscription;
import app.galion.redis.Topology;
import app.galion.spi.Guard;
import app.galion.spi.Permit;
import app.galion.spi.RejectedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The cache's commands and keys; all keys of a bucket share one hash tag. Whatever goes to Redis
 * leaves through the last methods here: a model test puts its scheduler there, hence no final
 * class.
 */
class Remote {
  private static final RedisScript SCRIPT = RedisScript.resource(Remote.class, "cache.lua");
  private static final RedisScript BEAT = RedisScript.resource(Remote.class, "beat.lua");
  /* The same on every topology: all nodes must agree, and a link may find out late that it speaks to a cluster. */
  static final int BUCKETS = 64;

  private static final int JOURNAL_ROWS = 10_000;

  final Duration timeout;

  private final RedisLink link;
  private final String namespace;
  private final @Nullable Guard guard;
  private final byte[] rows;
  private final BucketKeys[] ofBucket = new BucketKeys[BUCKETS];
  private final Reads reads = new Reads(this);

  Remote(RedisLink link, String name, Duration timeout) {
    this(link, name, timeout, null);
  }

  Remote(RedisLink link, String name, Duration timeout, @Nullable Guard guard) {
    this.link = link;
    this.guard = guard;
    this.timeout = timeout;
    namespace = name;
    rows = number(JOURNAL_ROWS / BUCKETS);
    for (int i = 0; i < BUCKETS; i++) {
      ofBucket[i] = new BucketKeys(link.key(suffix(i, "")));
    }
  }

  CompletableFuture<Looked> read(KeyName name) {
    return guarded(() -> reads.read(name));
  }

  /** Sends what a getAll gathered. */
  void read(Reads.Gathering gathered) {
    gathered.answerWith(() -> guarded(gathered::send));
  }

  Reads reads() {
    return reads;
  }

  /** Entry, marker and lease of a key, for people. */
  CompletableFuture<Reply> inspect(KeyName name) {
    int bucket = name.bucket(BUCKETS);
    List<byte[]> keys =
        List.of(entry(name), ofBucket[bucket].marker, ofBucket[bucket].lease(name.text()));
    return guarded(() -> command("MGET", keys));
  }

  /** Of the tag table what concerns an entry: its epoch, its floor, the entry's tags. */
  CompletableFuture<Reply> tags(KeyName name, Tags tags) {
    List<byte[]> args = new ArrayList<>(3 + tags.each().size());
    args.add(ofBucket[name.bucket(BUCKETS)].tags);
    args.add(RedisLink.bytes("@epoch"));
    args.add(RedisLink.bytes("@floor"));
    tags.each().forEach(tag -> args.add(RedisLink.bytes(tag)));
    return guarded(() -> command("HMGET", args));
  }

  /** Runs a command for a user's call; {@code text} is a key's, a tag, or empty. */
  CompletableFuture<Reply> ask(
      Command command, int bucket, String text, String opId, byte[]... more) {
    return guarded(() -> run(command, bucket, text, opId, more));
  }

  /** Asks the guard first. Blocks as long as the guard does, so never on a Netty thread. */
  private <T> CompletableFuture<T> guarded(Supplier<CompletableFuture<T>> call) {
    Guard asked = guard;
    if (asked == null) {
      return call.get();
    }
    Permit permit = asked.tryAcquire();
    if (!permit.granted()) {
      Duration retryAfter = Duration.ofNanos(permit.retryAfterNanos());
      return CompletableFuture.failedFuture(
          new RejectedException(
              link.id(), link.id() + " is not asked: the cache's remoteGuard refuses", retryAfter));
    }
    CompletableFuture<T> reply;
    try {
      reply = call.get();
    } catch (RuntimeException e) {
      permit.ignore();
      throw e;
    }
    return reply.whenComplete(
        (value, error) -> {
          if (error == null) {
            permit.success();
          } else {
            permit.failure(error);
          }
        });
  }

  /** Runs a command of the script; {@code text} is a key's, a tag, or empty. */
  CompletableFuture<Reply> run(
      Command command, int bucket, String text, String opId, byte[]... more) {
    List<byte[]> keys =
        List.of(
            entry(bucket, command.ofKey ? text : ""),
            ofBucket[bucket].lease(command.ofKey ? text : ""),
            ofBucket[bucket].marker,
            ofBucket[bucket].tags,
            ofBucket[bucket].head,
            ofBucket[bucket].journal);
    List<byte[]> args = new ArrayList<>(6 + more.length);
    args.add(command.word);
    args.add(RedisLink.bytes(opId));
    args.add(ofBucket[bucket].bus);
    args.add(number(bucket));
    args.add(RedisLink.bytes(text));
    args.add(rows);
    args.add(RedisLink.bytes(publishCommand()));
    args.addAll(List.of(more));
    return eval(SCRIPT, keys, args);
  }

  CompletableFuture<Reply> beat(List<Bucket> of) {
    List<byte[]> keys = new ArrayList<>(of.size() + 1);
    keys.add(ofBucket[of.get(0).index].beat);
    of.forEach(bucket -> keys.add(ofBucket[bucket.index].head));
    return eval(BEAT, keys, List.of());
  }

  /** Up to {@code count} rows of the journal, from a number on. */
  CompletableFuture<Reply> journal(int bucket, long from, int count) {
    return command(
        "XRANGE",
        List.of(
            ofBucket[bucket].journal,
            RedisLink.bytes(from + "-0"),
            RedisLink.bytes("+"),
            RedisLink.bytes("COUNT"),
            number(count)));
  }

  /** Whether a command was refused at once because Redis is away, rather than not answered. */
  static boolean away(Throwable error) {
    Throwable cause = error instanceof CompletionException ? error.getCause() : error;
    return cause instanceof RejectedException
        || (cause instanceof RedisUnavailableException redis
            && redis.reason() != Reason.TIMEOUT
            && redis.reason() != Reason.ERROR);
  }

  /** The place of an acknowledged write; null if the reply is something else. */
  static @Nullable Position position(Reply reply, String opId) {
    return reply.size() == 2 ? new Position(reply.text(0), reply.integer(1), opId) : null;
  }

  /** Writes an entry if the condition of {@code cache.lua} holds; empty for always. */
  CompletableFuture<Reply> put(
      int bucket,
      KeyName name,
      String opId,
      byte[] ttl,
      Tags tags,
      byte[] envelope,
      String condition) {
    return ask(
        Command.PUT,
        bucket,
        name.text(),
        opId,
        number(executeBy()),
        ttl,
        RedisLink.bytes(tags.text()),
        envelope,
        RedisLink.bytes(condition));
  }

  /** Nanoseconds since what is in the envelope was loaded, by the server's clock. */
  long age(Envelope envelope) {
    return Math.max(0, serverMicros() - envelope.loadedAtMicros()) * 1000;
  }

  /** Until when a put may execute: what was reported as failed must not appear later. */
  private long executeBy() {
    return Math.max(1, serverMicros() + timeout.toNanos() / 1000);
  }

  static byte[] number(long number) {
    return RedisLink.bytes(Long.toString(number));
  }

  /** Where a bucket's writes are told. */
  String channel(int bucket) {
    return link.app() + ":" + suffix(bucket, "bus");
  }

  private String suffix(int bucket, String rest) {
    return "c1:{" + bucket + "}:" + namespace + ":" + rest;
  }

  byte[] marker(int bucket) {
    return ofBucket[bucket].marker;
  }

  byte[] entry(KeyName name) {
    return entry(name.bucket(BUCKETS), name.text());
  }

  private byte[] entry(int bucket, String text) {
    return ofBucket[bucket].entry(text);
  }

  CompletableFuture<Reply> command(String name, List<byte[]> args) {
    return link.command(name, args, timeout);
  }

  CompletableFuture<Reply> command(String name, byte[] key, Supplier<List<byte[]>> args) {
    return link.command(name, key, args, timeout);
  }

  CompletableFuture<Reply> eval(RedisScript script, List<byte[]> keys, List<byte[]> args) {
    return link.eval(script, keys, args, timeout);
  }

  /** What a read is answered with. */
  CompletableFuture<Looked> promise() {
    return new CompletableFuture<>();
  }

  String publishCommand() {
    return link.publishCommand();
  }

  Subscription subscribe(Bucket bucket, BusListener listener) {
    return link.subscribe(channel(bucket.index), listener);
  }

  /** Whether calls are sent at this moment. */
  boolean available() {
    return link.available();
  }

  boolean clustered() {
    return link.topology() == Topology.CLUSTER;
  }

  long serverMicros() {
    return link.serverMicros();
  }

  /** The script's commands. */
  enum Command {
    ACQUIRE("acquire", true),
    FILL("fill", true),
    EXTEND("extend", true),
    RELEASE("release", true),
    INV("inv", true),
    PUT("put", true),
    CLEAR("clear", false),
    TAG("tag", false),
    HEAD("head", false);

    @SuppressWarnings("ImmutableEnumChecker") // never written
    private final byte[] word;

    private final boolean ofKey;

    Command(String word, boolean ofKey) {
      this.word = RedisLink.bytes(word);
      this.ofKey = ofKey;
    }
  }
}
