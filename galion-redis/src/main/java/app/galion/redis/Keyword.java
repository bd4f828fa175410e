package app.galion.redis;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.lettuce.core.protocol.ProtocolKeyword;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/** A command's name, as text and as it goes over the wire. */
final class Keyword implements ProtocolKeyword {

  static final Keyword EVALSHA = new Keyword("EVALSHA");
  static final Keyword EVAL = new Keyword("EVAL");
  static final Keyword ASKING = new Keyword("ASKING");

  private static final Pattern NAME = Pattern.compile("[A-Z][A-Z0-9._-]{0,63}");
  private static final int MAX_KNOWN = 1024;
  private static final Map<String, Keyword> KNOWN = new ConcurrentHashMap<>();

  /* They change the state of the connection that all share, or keep it waiting. */
  private static final Set<String> REFUSED =
      Set.of(
          "ASKING",
          "AUTH",
          "BLMOVE",
          "BLMPOP",
          "BLPOP",
          "BRPOP",
          "BRPOPLPUSH",
          "BZMPOP",
          "BZPOPMAX",
          "BZPOPMIN",
          "DISCARD",
          "EXEC",
          "HELLO",
          "MONITOR",
          "MULTI",
          "PSUBSCRIBE",
          "PSYNC",
          "PUNSUBSCRIBE",
          "QUIT",
          "READONLY",
          "READWRITE",
          "RESET",
          "SELECT",
          "SSUBSCRIBE",
          "SUBSCRIBE",
          "SUNSUBSCRIBE",
          "SYNC",
          "UNSUBSCRIBE",
          "UNWATCH",
          "WAIT",
          "WAITAOF",
          "WATCH");

  private final String name;
  private final byte[] bytes;
  private final byte[] part;

  private Keyword(String name) {
    this.name = name;
    bytes = name.getBytes(US_ASCII);
    part = Wire.parts(bytes);
  }

  static Keyword of(String name) {
    Keyword known = KNOWN.get(name);
    return known != null ? known : learn(name);
  }

  private static Keyword learn(String name) {
    String upper = name.toUpperCase(Locale.ROOT);
    if (!NAME.matcher(upper).matches()) {
      throw new IllegalArgumentException(
          "command '" + name + "' must be one word; what follows it goes into the arguments");
    }
    if (REFUSED.contains(upper)) {
      throw new IllegalArgumentException(
          "command " + upper + " would change or block the connection that all callers share");
    }
    Keyword keyword = new Keyword(upper);
    if (KNOWN.size() < MAX_KNOWN) {
      KNOWN.put(name, keyword);
    }
    return keyword;
  }

  /* The name as the first part of a request. */
  byte[] part() {
    return part;
  }

  @Override
  @SuppressWarnings("MutableGetterReturn")
  public byte[] getBytes() {
    return bytes;
  }

  @Override
  public String toString() {
    return name;
  }
}
