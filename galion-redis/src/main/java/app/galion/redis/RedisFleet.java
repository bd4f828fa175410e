package app.galion.redis;

import static java.util.Objects.requireNonNull;

import app.galion.spi.Fleet;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/*
 * The fleet in Redis: twice a second every node says that it lives, for three seconds of server
 * time, and brings its notes; the same script brings back who lives and everybody's notes. What it
 * brought is answered from memory and kept while Redis is away. After an outage or a flush the
 * others may not have spoken yet, so for one lifetime the fleet is taken to be no smaller than it
 * was.
 */
final class RedisFleet implements Fleet {

  private static final int MAX_TOPIC = 200;
  private static final int MAX_NOTE = 1024;
  private static final Duration INTERVAL = Duration.ofMillis(500);
  private static final Duration LIFETIME = Duration.ofSeconds(3);
  private static final Duration DEADLINE = Duration.ofMillis(500);
  private static final RedisScript BEAT = RedisScript.resource(RedisFleet.class, "fleet-beat.lua");
  private static final RedisScript LEAVE =
      RedisScript.resource(RedisFleet.class, "fleet-leave.lua");
  private static final RedisScript LEASE =
      RedisScript.resource(RedisFleet.class, "fleet-lease.lua");
  private static final RedisScript RELEASE =
      RedisScript.resource(RedisFleet.class, "fleet-release.lua");

  private final RedisLink link;
  private final LinkCore core;
  private final String self;
  private final List<byte[]> keys;
  private final Map<String, String> notes = new ConcurrentHashMap<>();
  private final AtomicBoolean underWay = new AtomicBoolean();
  private volatile boolean again;
  private volatile int size = 1;
  private volatile Map<String, Map<String, String>> posts = Map.of();
  private volatile boolean closed;
  private long heardAt;
  private long heardEpoch;
  private long noSmallerUntil;

  RedisFleet(RedisLink link, LinkCore core) {
    this.link = link;
    this.core = core;
    byte[] random = new byte[6];
    new SecureRandom().nextBytes(random);
    self = core.settings().nodeName() + "-" + HexFormat.of().formatHex(random);
    keys = List.of(link.key("f1:{fleet}:nodes"), link.key("f1:{fleet}:posts"));
    heardAt = core.ticker().read();
    noSmallerUntil = heardAt;
  }

  void start() {
    core.keeper().run(this::tick);
  }

  private void tick() {
    if (!closed) {
      beat();
      core.keeper().runAfter(INTERVAL.toNanos(), this::tick);
    }
  }

  private void beat() {
    if (closed) {
      return;
    }
    if (!underWay.compareAndSet(false, true)) {
      again = true;
      return;
    }
    again = false;
    List<byte[]> args =
        List.of(
            RedisLink.bytes(self),
            RedisLink.bytes(Long.toString(LIFETIME.toMillis())),
            RedisLink.bytes(Notes.write(notes)));
    CompletionStage<?> unused =
        link.eval(BEAT, keys, args, DEADLINE)
            .whenComplete(
                (reply, error) ->
                    core.keeper()
                        .run(
                            () -> {
                              underWay.set(false);
                              if (error == null) {
                                heard(reply);
                              } else {
                                core.note("the fleet's heartbeat failed", error);
                              }
                              if (again) {
                                beat();
                              }
                            }));
  }

  private void heard(Reply reply) {
    long now = core.ticker().read();
    long epoch = core.epoch();
    boolean first = heardEpoch == 0;
    if (!first && (now - heardAt > LIFETIME.toNanos() / 2 || epoch != heardEpoch)) {
      noSmallerUntil = now + LIFETIME.toNanos();
    }
    heardAt = now;
    heardEpoch = epoch;
    int living = Math.max(1, reply.list(0).size());
    size = now - noSmallerUntil < 0 ? Math.max(size, living) : living;
    Reply all = reply.list(1);
    Map<String, Map<String, String>> byTopic = new HashMap<>();
    for (int i = 0; i + 1 < all.size(); i += 2) {
      String node = all.text(i);
      Notes.read(all.text(i + 1))
          .forEach(
              (topic, note) ->
                  byTopic.computeIfAbsent(topic, key -> new TreeMap<>()).put(node, note));
    }
    byTopic.replaceAll((topic, byNode) -> Map.copyOf(byNode));
    posts = Map.copyOf(byTopic);
  }

  @Override
  public String self() {
    return self;
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public void post(String topic, String note) {
    requireLength("topic", topic, 1, MAX_TOPIC);
    requireLength("note", note, 0, MAX_NOTE);
    String before = note.isEmpty() ? notes.remove(topic) : notes.put(topic, note);
    if (!note.equals(before)) {
      core.keeper().run(this::beat);
    }
  }

  @Override
  public Map<String, String> posts(String topic) {
    Map<String, String> heard = posts.getOrDefault(requireNonNull(topic, "topic"), Map.of());
    String own = notes.get(topic);
    if (own == null ? !heard.containsKey(self) : own.equals(heard.get(self))) {
      return heard;
    }
    Map<String, String> withOwn = new HashMap<>(heard);
    if (own == null) {
      withOwn.remove(self);
    } else {
      withOwn.put(self, own);
    }
    return Map.copyOf(withOwn);
  }

  @Override
  public CompletionStage<Boolean> tryLease(String name, Duration duration) {
    requireLength("name", name, 1, MAX_TOPIC);
    if (duration.toMillis() < 1) {
      throw new IllegalArgumentException("lease duration " + duration + " must be >= 1 ms");
    }
    List<byte[]> args =
        List.of(RedisLink.bytes(self), RedisLink.bytes(Long.toString(duration.toMillis())));
    CompletableFuture<Reply> taken = link.eval(LEASE, List.of(leaseKey(name)), args, DEADLINE);
    return taken.handle((reply, error) -> error == null && reply.integer(0) == 1);
  }

  @Override
  public void releaseLease(String name) {
    requireLength("name", name, 1, MAX_TOPIC);
    CompletionStage<?> unused =
        link.eval(RELEASE, List.of(leaseKey(name)), List.of(RedisLink.bytes(self)), DEADLINE)
            .whenComplete(
                (reply, error) -> {
                  if (error != null) {
                    core.note(
                        "giving back lease '" + name + "' failed; it runs out by itself", error);
                  }
                });
  }

  private byte[] leaseKey(String name) {
    return link.key("f1:lease:" + name);
  }

  /* Says goodbye where that is possible at once. */
  void close() {
    closed = true;
    if (core.available()) {
      try {
        RedisLink.join(
            link.eval(LEAVE, keys, List.of(RedisLink.bytes(self)), Duration.ofMillis(200)));
      } catch (RedisUnavailableException e) {
        core.note("leaving the fleet failed; the others notice in " + LIFETIME, e);
      }
    }
  }

  private static void requireLength(String what, String text, int min, int max) {
    int length = requireNonNull(text, what).length();
    if (length < min || length > max) {
      throw new IllegalArgumentException(
          "fleet " + what + " of " + length + " characters must have " + min + " to " + max);
    }
  }
}
