package app.galion.cache;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import app.galion.redis.RedisLink;
import app.galion.redis.Reply;
import app.galion.testkit.RealRedis;
import app.galion.testkit.RedisServer;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Foreign and broken bytes where a live cache looks for its entries. */
class PoisonedRedisTest {
  static final long SEED = Long.getLong("galion.seed", 20261126);
  static final Duration WAIT = Duration.ofSeconds(5);

  @Test
  void missesAndReplacesWhateverIsNotItsOwn(@RealRedis RedisServer server) {
    try (Nodes nodes = Nodes.of(2, server)) {
      RedisLink link = nodes.links.get(0);
      TieredCache<String, String> writer = nodes.get(0);
      TieredCache<String, String> reader = nodes.get(1);
      int[] round = {0};
      poisons()
          .forEach(
              (what, poison) -> {
                String key = "k" + round[0]++;
                writer.put(key, "put " + "x".repeat(2000));
                byte[] sound = requireNonNull(bytes(link, key));
                set(link, key, poison.of(sound));
                long before = reader.stats().misfits();

                assertThat(reader.get(key, k -> "loaded")).as(what).isEqualTo("loaded");

                assertThat(reader.stats().misfits()).as(what).isEqualTo(before + 1);
                Entry<String> next =
                    writer.getEntry(
                        key, ReadOptions.of().maxStaleness(Duration.ZERO), k -> "loaded again");
                assertThat(next.value()).as(what + " was replaced").isEqualTo("loaded");
              });
      assertThat(reader.stats().loadFailures()).isZero();
    }
  }

  @Test
  void answersWhateverBytesItMeets(@RealRedis RedisServer server) {
    Random random = new Random(SEED);
    try (Nodes nodes = Nodes.of(1, server)) {
      RedisLink link = nodes.links.get(0);
      TieredCache<String, String> cache = nodes.get(0);
      cache.put("sound", "put");
      byte[] sound = requireNonNull(bytes(link, "sound"));
      for (int i = 0; i < 500; i++) {
        byte[] poison = sound.clone();
        for (int j = random.nextInt(4); j >= 0; j--) {
          poison[random.nextInt(poison.length)] = (byte) random.nextInt();
        }
        if (random.nextInt(4) == 0) {
          poison = Arrays.copyOf(poison, random.nextInt(poison.length));
        }
        String key = "k" + i;
        set(link, key, poison);
        String loaded = "loaded " + i;
        assertThat(cache.get(key, k -> loaded)).as("seed %s, round %s", SEED, i).isEqualTo(loaded);
      }
      assertThat(cache.stats().redisFailures()).isZero();
    }
  }

  @Test
  void leavesTheEntryOfANewerSchemaAlone(@RealRedis RedisServer server) {
    try (Nodes nodes = new Nodes(server);
        TieredCache<String, String> young = versioned(nodes, 2);
        TieredCache<String, String> old = versioned(nodes, 1)) {
      List.of(young, old).forEach(Nodes::awaitVerified);
      young.put("k", "new shape");
      byte[] written = requireNonNull(bytes(nodes.links.get(0), "k"));
      nodes.awaitLevel(List.of(young, old));

      assertThat(old.get("k", k -> "old shape")).isEqualTo("old shape");
      assertThat(old.get("k", k -> "not loaded twice")).isEqualTo("old shape");

      assertThat(bytes(nodes.links.get(0), "k")).isEqualTo(written);
      assertThat(
              young
                  .getEntry("k", ReadOptions.of().maxStaleness(Duration.ZERO), k -> "none")
                  .value())
          .isEqualTo("new shape");
      assertThat(old.stats().misfits()).isEqualTo(1);

      old.put("k", "put by the old");
      assertThat(
              young
                  .getEntry(
                      "k", ReadOptions.of().maxStaleness(Duration.ZERO), k -> "loaded by the new")
                  .value())
          .isEqualTo("loaded by the new");
    }
  }

  @Test
  void doesNotMindForeignKeysBetweenItsOwn(@RealRedis RedisServer server) {
    try (Nodes nodes = Nodes.of(1, server)) {
      RedisLink link = nodes.links.get(0);
      TieredCache<String, String> cache = nodes.get(0);
      String base = "c1:{" + bucket("k") + "}:users:";
      run(link, "SET", link.key(base + "E:"), RedisLink.bytes("foreign"));
      run(link, "SET", link.key(base + "L:k"), RedisLink.bytes("no lease"));
      run(link, "SET", link.key(base + "Z"), RedisLink.bytes("foreign"));
      run(link, "RPUSH", link.key(base + "E:list"), RedisLink.bytes("foreign"));

      assertThat(cache.get("k", k -> "v")).isEqualTo("v");
      assertThat(
              cache.getEntry("k", ReadOptions.of().maxStaleness(Duration.ZERO), k -> "none").tier())
          .isEqualTo(Tier.L2);
      assertThat(cache.clear()).isEqualTo(WriteResult.APPLIED);
      assertThat(cache.get("k", k -> "w")).isEqualTo("w");
    }
  }

  @Test
  void loadsPastAKeyOfAnotherTypeUntilItIsInvalidated(@RealRedis RedisServer server) {
    try (Nodes nodes = Nodes.of(1, server)) {
      RedisLink link = nodes.links.get(0);
      TieredCache<String, String> cache = nodes.get(0);
      run(link, "RPUSH", key(link, "k"), RedisLink.bytes("foreign"));
      assertThat(cache.get("k", k -> "v")).isEqualTo("v");
      assertThat(cache.stats().redisFailures()).isPositive();

      cache.invalidate("k");

      assertThat(cache.get("k", k -> "w")).isEqualTo("w");
      assertThat(
              cache.getEntry("k", ReadOptions.of().maxStaleness(Duration.ZERO), k -> "none").tier())
          .isEqualTo(Tier.L2);
    }
  }

  interface Poison {
    byte[] of(byte[] sound);
  }

  static Map<String, Poison> poisons() {
    Map<String, Poison> poisons = new LinkedHashMap<>();
    poisons.put("no bytes", sound -> new byte[0]);
    poisons.put("the value of another program", sound -> RedisLink.bytes("{\"id\":1}"));
    poisons.put(
        "no number for a version", sound -> RedisLink.bytes(epoch(sound) + "|0x7fff|i||junk"));
    poisons.put("the header alone", sound -> Arrays.copyOf(sound, envelopeAt(sound)));
    poisons.put("cut off", sound -> Arrays.copyOf(sound, sound.length - 1));
    poisons.put("one bit turned", sound -> turned(sound, sound.length / 2));
    poisons.put("another magic", sound -> turned(sound, envelopeAt(sound)));
    poisons.put("another format", sound -> turned(sound, envelopeAt(sound) + 2));
    poisons.put("another key's", sound -> withEnvelope(sound, envelope(99, "v", "string", 1)));
    poisons.put("an older schema", sound -> withEnvelope(sound, envelope("none", 1)));
    poisons.put("no UTF-8", sound -> withEnvelope(sound, broken(sound)));
    poisons.put("a deflated bomb", sound -> withEnvelope(sound, bomb(sound)));
    return poisons;
  }

  /** A sound envelope of the key that {@code sound} is of, whose value is no UTF-8. */
  private static byte[] broken(byte[] sound) {
    return Envelope.of(new byte[] {(byte) 0xff}, now(sound), 60_000)
        .write(Codec.string().schema(), keyHash(sound), 0);
  }

  private static byte[] bomb(byte[] sound) {
    byte[] stream = EnvelopeTest.deflate(new byte[1 << 20]);
    byte[] body = ByteBuffer.allocate(4 + stream.length).putInt(64).put(stream).array();
    byte[] bytes =
        Envelope.of(body, now(sound), 60_000)
            .write(Codec.string().schema(), keyHash(sound), Integer.MAX_VALUE);
    bytes[EnvelopeTest.FLAGS_AT] |= 2;
    return EnvelopeTest.sealed(bytes);
  }

  private static byte[] envelope(String schema, int version) {
    return envelope(0, "v", schema, version);
  }

  private static byte[] envelope(long key, String value, String schema, int version) {
    return Envelope.of(RedisLink.bytes(value), 1, 60_000)
        .write(new Schema(schema, version), key, 0);
  }

  private static long keyHash(byte[] sound) {
    return ByteBuffer.wrap(sound).getLong(envelopeAt(sound) + 16);
  }

  private static long now(byte[] sound) {
    return ByteBuffer.wrap(sound).getLong(envelopeAt(sound) + 24);
  }

  private static int envelopeAt(byte[] sound) {
    return requireNonNull(RemoteEntry.parse(sound)).at();
  }

  private static String epoch(byte[] sound) {
    return requireNonNull(RemoteEntry.parse(sound)).epoch();
  }

  private static byte[] withEnvelope(byte[] sound, byte[] envelope) {
    int at = envelopeAt(sound);
    byte[] bytes = Arrays.copyOf(sound, at + envelope.length);
    System.arraycopy(envelope, 0, bytes, at, envelope.length);
    return bytes;
  }

  private static byte[] turned(byte[] sound, int at) {
    byte[] bytes = sound.clone();
    bytes[at] ^= 1;
    return bytes;
  }

  private static TieredCache<String, String> versioned(Nodes nodes, int version) {
    return Nodes.patient(TieredCache.<String, String>builder("users", new Versioned(version)))
        .redis(nodes.link())
        .build();
  }

  record Versioned(int version) implements Codec<String> {
    @Override
    public byte[] encode(String value) throws Exception {
      return Codec.string().encode(value);
    }

    @Override
    public String decode(byte[] bytes) throws Exception {
      return Codec.string().decode(bytes);
    }

    @Override
    public Schema schema() {
      return new Schema("versioned", version);
    }
  }

  private static int bucket(String key) {
    return KeyName.of("users", key).bucket(Remote.BUCKETS);
  }

  private static byte[] key(RedisLink link, String key) {
    return link.key("c1:{" + bucket(key) + "}:users:E:" + key);
  }

  private static byte[] bytes(RedisLink link, String key) {
    return run(link, "GET", key(link, key)).bytes(0);
  }

  private static void set(RedisLink link, String key, byte[] bytes) {
    run(link, "SET", key(link, key), bytes);
  }

  private static Reply run(RedisLink link, String command, byte[]... args) {
    return link.command(command, List.of(args), WAIT).join();
  }
}
