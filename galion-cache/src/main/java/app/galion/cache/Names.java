package app.galion.cache;

import static java.util.Objects.requireNonNull;

import app.galion.spi.ComponentId;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Gives each key its text: by the user's encoder, or for the few types whose text is certain. */
final class Names<K> {
  private static final Set<Class<?>> PLAIN =
      Set.of(String.class, Long.class, Integer.class, UUID.class, VendorKey.class);

  private final ComponentId id;
  private final @Nullable KeyEncoder<? super K> encoder;
  private volatile @Nullable Class<?> only;

  Names(ComponentId id, @Nullable KeyEncoder<? super K> encoder) {
    this.id = id;
    this.encoder = encoder;
  }

  KeyName of(K key) {
    requireNonNull(key, "key");
    String text = encoder == null ? plain(key) : encoder.encode(key);
    if (text == null) {
      throw new IllegalArgumentException(id + ": the key encoder returned null for a key");
    }
    int bytes = utf8Length(text);
    if (bytes == 0 || bytes > CachePolicy.MAX_KEY_BYTES) {
      throw new IllegalArgumentException(
          id
              + ": a key of "
              + bytes
              + " bytes, must be 1 to "
              + CachePolicy.MAX_KEY_BYTES
              + "; hash the longer ones in a keyEncoder");
    }
    return KeyName.of(id.name(), text);
  }

  private String plain(K key) {
    Class<?> type = key.getClass();
    if (!PLAIN.contains(type)) {
      throw new IllegalArgumentException(
          id
              + ": a key of "
              + type.getName()
              + " needs a keyEncoder; only String, Long, Integer, UUID and VendorKey do without");
    }
    Class<?> before = only;
    if (before == null) {
      only = type;
    } else if (before != type) {
      /* "1" and 1L would share one text */
      throw new IllegalArgumentException(
          id
              + ": a key of "
              + type.getName()
              + " after keys of "
              + before.getName()
              + "; mixed types need a keyEncoder");
    }
    return key.toString();
  }

  private int utf8Length(String text) {
    int bytes = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < 0x80) {
        bytes++;
      } else if (c < 0x800) {
        bytes += 2;
      } else if (!Character.isSurrogate(c)) {
        bytes += 3;
      } else if (Character.isHighSurrogate(c)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        bytes += 4;
        i++;
      } else {
        throw new IllegalArgumentException(
            id + ": a key of " + text.length() + " characters is no well-formed Unicode");
      }
    }
    return bytes;
  }
}
