package app.galion.ratelimit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A request's path as the segments that a careful server would route by. */
final class RoutePath {

  private static final int LONGEST = 8_192;

  private RoutePath() {}

  /**
   * The segments, decoded once, without parameters, query, empty and dot segments; at most one more
   * than anybody asks for, which is enough to see that there are more.
   *
   * @return null for a path that is too long to be looked at
   */
  static @Nullable List<String> segments(String path, int deepest) {
    if (path.length() > LONGEST) {
      return null;
    }
    List<String> segments = new ArrayList<>(8);
    int beyond = 0;
    int end = end(path);
    for (int at = 0; at < end; ) {
      int slash = path.indexOf('/', at);
      int next = slash < 0 || slash > end ? end : slash;
      String segment = segment(path, at, next);
      at = next + 1;
      if (segment.equals("..")) {
        if (beyond > 0) {
          beyond--;
        } else if (!segments.isEmpty()) {
          segments.remove(segments.size() - 1);
        }
      } else if (!segment.isEmpty() && !segment.equals(".")) {
        if (segments.size() > deepest) {
          beyond++;
        } else {
          segments.add(segment);
        }
      }
    }
    return segments;
  }

  private static int end(String path) {
    for (int i = 0; i < path.length(); i++) {
      if (path.charAt(i) == '?' || path.charAt(i) == '#') {
        return i;
      }
    }
    return path.length();
  }

  private static String segment(String path, int from, int to) {
    int end = from;
    boolean encoded = false;
    while (end < to && path.charAt(end) != ';') {
      encoded |= path.charAt(end) == '%';
      end++;
    }
    String raw = path.substring(from, end);
    return encoded ? decoded(raw) : raw;
  }

  private static String decoded(String raw) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(raw.length());
    for (int i = 0; i < raw.length(); ) {
      int octet = raw.charAt(i) == '%' ? octet(raw, i + 1) : -1;
      if (octet >= 0) {
        out.write(octet);
        i += 3;
      } else {
        int next = raw.offsetByCodePoints(i, 1);
        out.writeBytes(raw.substring(i, next).getBytes(UTF_8));
        i = next;
      }
    }
    return out.toString(UTF_8);
  }

  private static int octet(String raw, int at) {
    if (at + 2 > raw.length()) {
      return -1;
    }
    int high = hex(raw.charAt(at));
    int low = hex(raw.charAt(at + 1));
    return high < 0 || low < 0 ? -1 : high * 16 + low;
  }

  private static int hex(char c) {
    return c < 128 ? Character.digit(c, 16) : -1;
  }
}
