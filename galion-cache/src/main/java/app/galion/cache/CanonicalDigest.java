package app.galion.cache;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/*
 * One digest for values that mean the same, another for any others. Each value is its kind, one
 * byte, then its length or count, then itself; so what was written can be read in one way only, and
 * two different inputs never give the same bytes to the digest. Text goes in by its UTF-16 units,
 * which tells even broken surrogates apart.
 */
final class CanonicalDigest {
  /** Raise it when the same request gets another digest. */
  static final int VERSION = 1;

  private static final int DEEPEST = 64;

  private final MessageDigest sha = sha256();

  CanonicalDigest() {
    sha.update((byte) VERSION);
  }

  /** A value that has no canonical form; the message says which and why. */
  @SuppressWarnings("serial")
  static final class NoFormException extends RuntimeException {
    final String why;

    NoFormException(String why) {
      super(why, null, false, false);
      this.why = why;
    }
  }

  void text(String text) {
    begin('S', text.length());
    ByteBuffer units = ByteBuffer.allocate(2 * text.length());
    units.asCharBuffer().put(text);
    sha.update(units);
  }

  void value(String path, @Nullable Object value, int depth) {
    if (depth > DEEPEST) {
      throw new NoFormException("field '" + path + "' is nested deeper than " + DEEPEST);
    }
    if (value == null) {
      begin('N', 0);
    } else if (value instanceof String text) {
      text(text);
    } else if (value instanceof Boolean flag) {
      begin(flag ? 'T' : 'F', 0);
    } else if (value instanceof Number number) {
      number(path, number);
    } else if (value instanceof byte[] bytes) {
      begin('B', bytes.length);
      sha.update(sha256().digest(bytes));
    } else if (value instanceof List<?> list) {
      list(path, list, depth);
    } else if (value instanceof Object[] array) {
      list(path, Arrays.asList(array), depth);
    } else if (value instanceof Map<?, ?> map) {
      map(path, map, depth);
    } else {
      throw new NoFormException(
          "field '" + path + "' is a " + value.getClass().getName() + ": it has no one form");
    }
  }

  String end() {
    return "v" + VERSION + "-" + HexFormat.of().formatHex(sha.digest());
  }

  private void list(String path, List<?> list, int depth) {
    Object[] elements = list.toArray();
    begin('L', elements.length);
    for (int i = 0; i < elements.length; i++) {
      value(path + "[" + i + "]", elements[i], depth + 1);
    }
  }

  private void map(String path, Map<?, ?> map, int depth) {
    TreeMap<String, @Nullable Object> sorted = new TreeMap<>();
    map.forEach(
        (name, value) -> {
          if (!(name instanceof String text)) {
            throw new NoFormException("field '" + path + "' has a member whose name is no String");
          }
          sorted.put(text, value);
        });
    begin('M', sorted.size());
    sorted.forEach(
        (name, value) -> {
          text(name);
          value(path.isEmpty() ? name : path + "." + name, value, depth + 1);
        });
  }

  /* By value, whatever the type: 1, 1L, 1.0 and 1.00 are one number, 0.1f and 0.1 too. */
  private void number(String path, Number number) {
    BigDecimal value;
    try {
      value =
          number instanceof BigDecimal decimal
              ? decimal
              : number instanceof BigInteger integer
                  ? new BigDecimal(integer)
                  : new BigDecimal(number.toString());
      value = value.signum() == 0 ? BigDecimal.ZERO : value.stripTrailingZeros();
    } catch (ArithmeticException | NumberFormatException e) {
      throw new NoFormException("field '" + path + "' is a number that JSON does not have");
    }
    byte[] digits = value.unscaledValue().toByteArray();
    begin('D', digits.length);
    sha.update(digits);
    sha.update(ByteBuffer.allocate(4).putInt(value.scale()).array());
  }

  private void begin(char kind, int length) {
    sha.update(ByteBuffer.allocate(5).put((byte) kind).putInt(length).array());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
