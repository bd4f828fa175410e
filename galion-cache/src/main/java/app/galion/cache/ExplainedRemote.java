package app.galion.cache;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import app.galion.redis.RedisLink;
import app.galion.redis.Reply;
import app.galion.spi.GalionException;

/** What Redis shows of a key, in lines for people. */
final class ExplainedRemote {
  private ExplainedRemote() {}

  static String of(CacheCore<?, ?> core, Remote remote, KeyName name) {
    if (core.loadThrough(core.bucket(name), name.text())) {
      return "L2: not asked\n";
    }
    try {
      Reply reply = RedisLink.join(remote.inspect(name));
      return "L2: " + entry(core, remote, name, reply) + "\nlease: " + lease(core, reply) + "\n";
    } catch (GalionException e) {
      return "L2: no answer: " + e.getMessage() + "\n";
    }
  }

  private static String entry(CacheCore<?, ?> core, Remote remote, KeyName name, Reply reply) {
    byte[] bytes = reply.bytes(0);
    RemoteEntry found = RemoteEntry.parse(bytes);
    if (found == null) {
      return bytes == null ? "not there" : "something else than an entry";
    }
    String what =
        switch (found.under(reply.bytes(1))) {
          case SHOWN -> "shown";
          case HIDDEN -> "hidden by a later clear, or by a marker that was lost";
          case ASK_TAGS -> "shown unless one of its tags was invalidated since";
        };
    Envelope.Reading reading =
        Envelope.read(found.bytes(), found.at(), core.codec.schema(), name.hash());
    Envelope envelope = reading.envelope();
    if (envelope == null) {
      return what + ", version " + found.version() + ", not for this program: " + reading.misfit();
    }
    long age = remote.age(envelope) / 1_000_000;
    return what
        + (envelope.negative() ? ", known to be none" : ", a value")
        + ", version "
        + found.version()
        + ", id "
        + found.id()
        + ", loaded "
        + age
        + " ms ago, fresh for "
        + (envelope.freshMillis() - age)
        + " ms"
        + (found.tags().isEmpty() ? "" : ", tags " + found.tags().text());
  }

  private static String lease(CacheCore<?, ?> core, Reply reply) {
    byte[] bytes = reply.bytes(2);
    if (bytes == null) {
      return "none";
    }
    String[] fields = new String(bytes, ISO_8859_1).split("\\|", -1);
    if (fields.length != 4) {
      return "something else than a lease";
    }
    if (fields[1].startsWith("!")) {
      return "none; the last load failed with " + fields[3];
    }
    return (core.leases.contains(fields[1]) ? "this node's" : "another node's")
        + ", token "
        + fields[1]
        + (fields[3].equals("1") ? ", others wait" : "");
  }
}
