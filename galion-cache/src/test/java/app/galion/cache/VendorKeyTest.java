package app.galion.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import app.galion.testkit.RealRedis;
import app.galion.testkit.RedisServer;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class VendorKeyTest {

  static VendorKey.Builder request() {
    return VendorKey.builder("alice", "gpt-4o-mini", "/v1/chat/completions");
  }

  static VendorKey key(String field, Object value) {
    return request().field(field, value).build().orElseThrow();
  }

  @Test
  void dependsOnTenantModelAndEndpoint() {
    assertThat(
            List.of(
                VendorKey.builder("a", "b", "c").build(),
                VendorKey.builder("b", "b", "c").build(),
                VendorKey.builder("a", "c", "c").build(),
                VendorKey.builder("a", "b", "d").build(),
                VendorKey.builder("ab", "c", "c").build(),
                VendorKey.builder("a", "bc", "c").build()))
        .doesNotHaveDuplicates();
    assertThatThrownBy(() -> VendorKey.builder(" ", "b", "c"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a vendor key's tenant must not be blank");
  }

  @Test
  void tellsAbsentNullZeroFalseAndEmptyApart() {
    assertThat(
            List.of(
                request().build().orElseThrow(),
                key("seed", null),
                key("seed", 0),
                key("seed", false),
                key("seed", ""),
                key("seed", "0"),
                key("seed", "null"),
                key("seed", List.of()),
                key("seed", Map.of()),
                key("seed", new byte[0]),
                key("seed", Collections.singletonList(null))))
        .doesNotHaveDuplicates();
  }

  @Test
  void takesNumbersByTheirValue() {
    assertThat(
            Set.of(key("temperature", 1))
                .containsAll(
                    List.of(
                        key("temperature", 1L),
                        key("temperature", 1.0),
                        key("temperature", 1.0f),
                        key("temperature", BigInteger.ONE),
                        key("temperature", new BigDecimal("1.000")))))
        .isTrue();
    assertThat(key("temperature", -0.0)).isEqualTo(key("temperature", 0));
    assertThat(key("temperature", 0.1f)).isEqualTo(key("temperature", new BigDecimal("0.10")));
    assertThat(key("temperature", 100)).isEqualTo(key("temperature", new BigDecimal("1E+2")));
    assertThat(key("temperature", 0.7)).isNotEqualTo(key("temperature", 0.70000001));
    assertThat(key("seed", 1L << 53)).isNotEqualTo(key("seed", (1L << 53) + 1));
    assertThat(key("seed", 10)).isNotEqualTo(key("seed", 1));
    assertThat(key("seed", -1)).isNotEqualTo(key("seed", 255));
  }

  @Test
  void takesTextByItsCodePoints() {
    String composed = "caf\u00e9";
    String decomposed = "cafe\u0301";
    assertThat(
            List.of(
                key("prompt", composed),
                key("prompt", decomposed),
                key("prompt", "cafe"),
                key("prompt", "cafe "),
                key("prompt", "Cafe"),
                key("prompt", "caf\ud83d"),
                key("prompt", "caf\ud83e"),
                key("prompt", "caf?"),
                key("prompt", "caf\ud83d\ude00")))
        .doesNotHaveDuplicates();
  }

  @Test
  void takesObjectsInAnyOrderAndArraysInTheirs() {
    Map<String, Object> one = new LinkedHashMap<>();
    one.put("type", "json_schema");
    one.put("strict", true);
    Map<String, Object> other = new LinkedHashMap<>();
    other.put("strict", true);
    other.put("type", "json_schema");
    assertThat(key("response_format", one)).isEqualTo(key("response_format", other));
    assertThat(key("stop", List.of("a", "b"))).isNotEqualTo(key("stop", List.of("b", "a")));
    assertThat(key("stop", List.of("a", "b"))).isEqualTo(key("stop", new Object[] {"a", "b"}));
    assertThat(request().field("seed", 1).field("n", 2).build())
        .isEqualTo(request().field("n", 2).field("seed", 1).build());
  }

  @Test
  void takesAudioByItsBytes() {
    byte[] audio = "RIFF....".getBytes(StandardCharsets.US_ASCII);
    assertThat(key("file", audio)).isEqualTo(key("file", audio.clone()));
    assertThat(key("file", audio)).isNotEqualTo(key("file", Arrays.copyOf(audio, 9)));
    assertThat(key("file", audio)).isNotEqualTo(key("file", "RIFF...."));
  }

  @Test
  void doesNotCacheWhatItDoesNotKnow() {
    VendorKey.Builder unknown = request().field("seed", 1).field("web_search", true);
    assertThat(unknown.build()).isEmpty();
    assertThat(unknown.uncacheable())
        .hasValue(
            "field 'web_search' is unknown, so it may have a say in the answer: name it by known()"
                + " or ignored()");
    assertThat(unknown.known("web_search").build()).isPresent();
    assertThat(unknown.uncacheable()).isEmpty();
    assertThat(request().field("metadata", 1).ignored("metadata").build())
        .isEqualTo(request().build());
    assertThat(request().field("stream", true).build()).isEqualTo(request().build());
    assertThatThrownBy(() -> request().ignored("temperature"))
        .hasMessageContaining("'temperature' has a say in the answer");
  }

  @Test
  void doesNotCacheValuesWithoutOneForm() {
    assertThat(request().field("stop", Set.of("a", "b")).uncacheable().orElseThrow())
        .startsWith("field 'stop' is a java.util.");
    assertThat(request().field("temperature", Double.NaN).uncacheable())
        .hasValue("field 'temperature' is a number that JSON does not have");
    assertThat(request().field("tools", List.of(Map.of(1, 2))).uncacheable())
        .hasValue("field 'tools[0]' has a member whose name is no String");
    Map<String, Object> endless = new HashMap<>();
    endless.put("self", endless);
    assertThat(request().field("tools", endless).uncacheable().orElseThrow())
        .endsWith("is nested deeper than 64");
  }

  @Test
  void refusesAFieldThatIsSetTwice() {
    assertThatThrownBy(() -> request().field("seed", 1).fields(Map.of("seed", 2)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("field 'seed' of a vendor key is set twice");
  }

  /** Anyone who changes the form without raising its version serves answers of other requests. */
  @Test
  void keepsItsFormWhileItsVersionIsOne() {
    VendorKey key =
        request()
            .field("messages", List.of(Map.of("role", "user", "content", "Grüße 😀")))
            .field("temperature", 0.7)
            .field("max_tokens", null)
            .field("file", new byte[] {1, 2, 3})
            .field("logprobs", true)
            .build()
            .orElseThrow();
    assertThat(key)
        .hasToString("v1-d24303a77be49a5149cc73dfd6cbcb07be37ce9a2c164159693f900198c6dea9");
  }

  @Test
  void givesDifferentRequestsDifferentKeysAndEqualOnesTheSame() {
    long seed = Long.getLong("galion.seed", UUID.randomUUID().getMostSignificantBits());
    Random random = new Random(seed);
    Map<VendorKey, String> seen = new HashMap<>();
    for (int i = 0; i < 100_000; i++) {
      Object value = random(random, 0);
      VendorKey key = key("messages", value);
      String form = form(value);
      assertThat(seen.putIfAbsent(key, form)).as("seed %s", seed).isIn(null, form);
      assertThat(key("messages", shuffled(value, random))).as("seed %s", seed).isEqualTo(key);
    }
    assertThat(Set.copyOf(seen.values())).as("seed %s", seed).hasSameSizeAs(seen.keySet());
    assertThat(seen).hasSizeGreaterThan(10_000);
  }

  @Test
  void servesAsAKeyWithoutAnEncoder(@RealRedis RedisServer server) {
    try (Nodes nodes = new Nodes(server);
        TieredCache<VendorKey, String> one = answers(nodes);
        TieredCache<VendorKey, String> two = answers(nodes)) {
      List.of(one, two).forEach(Nodes::awaitVerified);
      assertThat(one.get(key("prompt", "Hi"), key -> "Hello")).isEqualTo("Hello");
      assertThat(
              two.getEntry(
                      key("prompt", "Hi"),
                      ReadOptions.of().maxStaleness(Duration.ZERO),
                      key -> "again")
                  .value())
          .isEqualTo("Hello");
      assertThat(two.get(key("prompt", "hi"), key -> "other")).isEqualTo("other");
    }
  }

  private static TieredCache<VendorKey, String> answers(Nodes nodes) {
    return Nodes.patient(TieredCache.<VendorKey, String>builder("answers", Codec.string()))
        .redis(nodes.link())
        .build();
  }

  /** Small pieces that like to run together. */
  private static Object random(Random random, int depth) {
    return switch (random.nextInt(depth > 3 ? 5 : 8)) {
      case 0 -> List.of("", "a", "b", "ab", "S", "null", "\u0000").get(random.nextInt(7));
      case 1 -> random.nextInt(4) - 1;
      case 2 -> (random.nextInt(40) - 20) / 8.0;
      case 3 -> random.nextBoolean();
      case 4 -> null;
      case 5, 6 -> {
        List<Object> list = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
          list.add(random(random, depth + 1));
        }
        yield list;
      }
      default -> {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = random.nextInt(4); i > 0; i--) {
          map.put(List.of("a", "b", "ab", "").get(random.nextInt(4)), random(random, depth + 1));
        }
        yield map;
      }
    };
  }

  /** The same in other words: members in another order, numbers of another type. */
  private static Object shuffled(Object value, Random random) {
    if (value instanceof Integer number) {
      return random.nextBoolean() ? (Object) number.doubleValue() : new BigDecimal(number + ".00");
    } else if (value instanceof List<?> list) {
      List<Object> same = new ArrayList<>();
      list.forEach(each -> same.add(shuffled(each, random)));
      return same;
    } else if (value instanceof Map<?, ?> map) {
      List<Object> names = new ArrayList<>(map.keySet());
      Collections.shuffle(names, random);
      Map<String, Object> same = new LinkedHashMap<>();
      names.forEach(name -> same.put((String) name, shuffled(map.get(name), random)));
      return same;
    }
    return value;
  }

  /** What a value means, as text, made in another way than the digest. */
  private static String form(Object value) {
    if (value instanceof String text) {
      return '"' + text.replace("\u0000", "\\0") + '"';
    } else if (value instanceof Number number) {
      return Double.toString(number.doubleValue() + 0.0);
    } else if (value instanceof List<?> list) {
      return list.stream().map(VendorKeyTest::form).toList().toString();
    } else if (value instanceof Map<?, ?> map) {
      return map.entrySet().stream()
          .map(member -> form(member.getKey()) + ":" + form(member.getValue()))
          .sorted()
          .toList()
          .toString()
          .replaceFirst("^\\[", "{")
          .replaceFirst("]$", "}");
    }
    return String.valueOf(value);
  }
}
