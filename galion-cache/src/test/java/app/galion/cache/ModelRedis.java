package app.galion.cache;

import static java.nio.charset.StandardCharsets.UTF_8;

import app.galion.redis.RedisLink;
import app.galion.redis.Reply;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The model test's hand on the real Redis: to look, to evict, to lose what a replica missed. */
final class ModelRedis {
  private static final Duration DEADLINE = Duration.ofSeconds(30);

  final RedisLink link;
  private final List<String> names;
  private final int buckets;
  private final List<byte[]> all = new ArrayList<>();
  private List<Reply> dumps = List.of();

  ModelRedis(RedisLink link, List<String> names, int buckets) {
    this.link = link;
    this.names = names;
    this.buckets = buckets;
    names.forEach(name -> all.add(key(bucket(name), "E:" + name)));
    names.forEach(name -> all.add(key(bucket(name), "L:" + name)));
    for (int bucket = 0; bucket < buckets; bucket++) {
      for (String suffix : List.of("G", "T", "H", "J")) {
        all.add(key(bucket, suffix));
      }
    }
    flush();
    take();
  }

  static int bucket(String name) {
    return KeyName.of(ModelNode.NAMESPACE, name).bucket(Remote.BUCKETS);
  }

  void check(ModelGhost ghost) {
    List<byte[]> wanted = new ArrayList<>(all.subList(0, names.size()));
    for (int bucket = 0; bucket < buckets; bucket++) {
      wanted.add(key(bucket, "G"));
    }
    Reply entries = run("MGET", wanted);
    List<Reply> tags = new ArrayList<>();
    for (int bucket = 0; bucket < buckets; bucket++) {
      tags.add(
          run(
              "HMGET",
              List.of(
                  key(bucket, "T"),
                  RedisLink.bytes("@epoch"),
                  RedisLink.bytes("@floor"),
                  RedisLink.bytes(ModelCalls.TAG))));
    }
    for (int k = 0; k < names.size(); k++) {
      int bucket = bucket(names.get(k));
      ghost.checkRedis(
          k,
          names.get(k),
          entries.bytes(k),
          entries.bytes(names.size() + bucket),
          tags.get(bucket));
    }
  }

  /** Takes what was published since. */
  List<byte[]> take() {
    List<byte[]> messages = new ArrayList<>();
    for (int bucket = 0; bucket < buckets; bucket++) {
      Reply reply = run("LPOP", List.of(key(bucket, "bus"), Remote.number(1000)));
      for (int i = 0; i < reply.size(); i++) {
        byte[] message = reply.bytes(i);
        if (message != null) {
          messages.add(message);
        }
      }
    }
    return messages;
  }

  void evictEntry(String name) {
    evict(bucket(name), "E:" + name);
  }

  void evictLease(String name) {
    evict(bucket(name), "L:" + name);
  }

  /** The token of the lease that is held for a key, null for none. */
  @Nullable String lease(String name) {
    byte @Nullable [] lease = run("GET", List.of(key(bucket(name), "L:" + name))).bytes(0);
    return lease == null ? null : new String(lease, UTF_8).split("\\|", 3)[1];
  }

  void evict(String suffix) {
    evict(0, suffix);
  }

  void evict(int bucket, String suffix) {
    run("DEL", List.of(key(bucket, suffix)));
  }

  /** Rows below a number are gone. */
  void trimJournal(long from) {
    run("XTRIM", List.of(key(0, "J"), RedisLink.bytes("MINID"), RedisLink.bytes(from + "-0")));
  }

  boolean has(String suffix) {
    return run("EXISTS", List.of(key(0, suffix))).integer(0) == 1;
  }

  void flush() {
    run("DEL", all);
  }

  /** From here on the replica hears nothing more. */
  void stopReplication() {
    dumps = all.stream().map(key -> run("DUMP", List.of(key))).toList();
  }

  void failOver() {
    flush();
    for (int i = 0; i < all.size(); i++) {
      byte @Nullable [] dump = dumps.get(i).bytes(0);
      if (dump != null) {
        run("RESTORE", List.of(all.get(i), Remote.number(60_000), dump));
      }
    }
  }

  private Reply run(String command, List<byte[]> args) {
    return RedisLink.join(link.command(command, args, DEADLINE));
  }

  private byte[] key(int bucket, String suffix) {
    return link.key("c1:{" + bucket + "}:" + ModelNode.NAMESPACE + ":" + suffix);
  }
}
