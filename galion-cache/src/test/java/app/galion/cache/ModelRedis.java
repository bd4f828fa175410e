package app.galion.cache;

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
  private final List<byte[]> all = new ArrayList<>();
  private List<Reply> dumps = List.of();

  ModelRedis(RedisLink link, List<String> names) {
    this.link = link;
    this.names = names;
    names.forEach(name -> all.add(key("E:" + name)));
    names.forEach(name -> all.add(key("L:" + name)));
    List.of("G", "T", "H", "J").forEach(suffix -> all.add(key(suffix)));
    flush();
    take();
  }

  void check(ModelGhost ghost) {
    List<byte[]> wanted = new ArrayList<>(all.subList(0, names.size()));
    wanted.add(key("G"));
    Reply entries = run("MGET", wanted);
    Reply tags =
        run(
            "HMGET",
            List.of(
                key("T"),
                RedisLink.bytes("@epoch"),
                RedisLink.bytes("@floor"),
                RedisLink.bytes(ModelCalls.TAG)));
    for (int k = 0; k < names.size(); k++) {
      ghost.checkRedis(k, names.get(k), entries.bytes(k), entries.bytes(names.size()), tags);
    }
  }

  /** Takes what was published since. */
  List<byte[]> take() {
    Reply reply =
        run(
            "LPOP",
            List.of(link.key("c1:{0}:" + ModelNode.NAMESPACE + ":bus"), Remote.number(1000)));
    List<byte[]> messages = new ArrayList<>();
    for (int i = 0; i < reply.size(); i++) {
      byte[] message = reply.bytes(i);
      if (message != null) {
        messages.add(message);
      }
    }
    return messages;
  }

  void evict(String suffix) {
    run("DEL", List.of(key(suffix)));
  }

  /** Rows below a number are gone. */
  void trimJournal(long from) {
    run("XTRIM", List.of(key("J"), RedisLink.bytes("MINID"), RedisLink.bytes(from + "-0")));
  }

  boolean has(String suffix) {
    return run("EXISTS", List.of(key(suffix))).integer(0) == 1;
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

  private byte[] key(String suffix) {
    return link.key("c1:{0}:" + ModelNode.NAMESPACE + ":" + suffix);
  }
}
