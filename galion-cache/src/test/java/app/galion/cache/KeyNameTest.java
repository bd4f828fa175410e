package app.galion.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The hash is part of the wire format: it must not change. */
class KeyNameTest {

  @Test
  void hashesNamespaceAndTextAsOneString() {
    for (String text : List.of("", "k", "user:42", "é", "a€b", "\uD83D\uDE00", "x".repeat(1024))) {
      assertThat(KeyName.of("users", text).hash()).as(text).isEqualTo(reference("users:" + text));
      assertThat(KeyName.hash(text)).as(text).isEqualTo(reference(text));
    }
  }

  @Test
  void staysWhatItWas() {
    assertThat(KeyName.of("users", "42").hash()).isEqualTo(reference("users:42"));
    assertThat(Long.toHexString(reference("users:42"))).isEqualTo("273be2143a1fb475");
  }

  /* FNV-1a of the UTF-8 bytes, finished as in MurmurHash3 */
  private static long reference(String text) {
    long hash = 0xcbf29ce484222325L;
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ (b & 0xff)) * 0x100000001b3L;
    }
    hash = (hash ^ (hash >>> 33)) * 0xff51afd7ed558ccdL;
    hash = (hash ^ (hash >>> 33)) * 0xc4ceb9fe1a85ec53L;
    return hash ^ (hash >>> 33);
  }
}
