package app.galion.health;

import java.util.Map;

/** Writes JSON of fixed shapes; the caller keeps braces balanced. */
final class Json {

  private final StringBuilder out = new StringBuilder(256);
  private boolean first = true;

  Json open() {
    return open('{');
  }

  Json open(char bracket) {
    separate();
    out.append(bracket);
    first = true;
    return this;
  }

  Json close() {
    return close('}');
  }

  Json close(char bracket) {
    out.append(bracket);
    first = false;
    return this;
  }

  Json key(String name) {
    separate();
    quote(name);
    out.append(':');
    first = true;
    return this;
  }

  Json field(String name, Object value) {
    return key(name).value(value);
  }

  Json value(Object value) {
    separate();
    if ((value instanceof Double number && !Double.isFinite(number))
        || (value instanceof Float small && !Float.isFinite(small))) {
      out.append("null");
    } else if (value instanceof Number || value instanceof Boolean) {
      out.append(value);
    } else {
      quote(value.toString());
    }
    return this;
  }

  Json map(Map<String, ?> values) {
    open();
    values.forEach(this::field);
    return close();
  }

  Json list(Iterable<?> values) {
    open('[');
    values.forEach(this::value);
    return close(']');
  }

  /** Epoch milliseconds as the seconds with three decimals that the original's clients read. */
  Json seconds(long millis) {
    separate();
    long rest = Math.floorMod(millis, 1000L);
    out.append(Math.floorDiv(millis, 1000L)).append('.');
    out.append(rest < 100 ? "0" : "").append(rest < 10 ? "0" : "").append(rest);
    return this;
  }

  private void separate() {
    if (!first) {
      out.append(',');
    }
    first = false;
  }

  private void quote(String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        default -> {
          if (c < 0x20 || c == 0x7f || Character.isSurrogate(c)) {
            out.append(String.format("\\u%04x", (int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }

  @Override
  public String toString() {
    return out.toString();
  }
}
