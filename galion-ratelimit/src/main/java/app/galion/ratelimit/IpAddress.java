package app.galion.ratelimit;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A literal IPv4 or IPv6 address; never asks a name service. An IPv4-mapped IPv6 address is its
 * IPv4 address; a zone ({@code %eth0}) is dropped.
 */
final class IpAddress {

  private static final int LONGEST = 64;
  private static final int V4 = 4;
  private static final int V6 = 16;

  private final byte[] bytes;

  private IpAddress(byte[] bytes) {
    this.bytes = bytes;
  }

  /** Parses a bare address, or null. */
  static @Nullable IpAddress parse(String text) {
    if (text.isEmpty() || text.length() > LONGEST) {
      return null;
    }
    byte[] bytes = text.indexOf(':') < 0 ? v4(text) : v6(text);
    return bytes == null ? null : new IpAddress(unmap(bytes));
  }

  /** Parses an address as proxies write it: quoted, in brackets, with a port; or null. */
  static @Nullable IpAddress parseNode(String node) {
    String text = node.strip();
    if (text.length() >= 2 && text.startsWith("\"") && text.endsWith("\"")) {
      text = text.substring(1, text.length() - 1).strip();
    }
    if (text.startsWith("[")) {
      int end = text.indexOf(']');
      int colon = text.indexOf(':');
      return colon > 0 && colon < end && isPort(text.substring(end + 1))
          ? parse(text.substring(1, end))
          : null;
    }
    int colon = text.indexOf(':');
    if (colon >= 0 && colon == text.lastIndexOf(':')) {
      return isPort(text.substring(colon)) ? parse(text.substring(0, colon)) : null;
    }
    return parse(text);
  }

  private static boolean isPort(String text) {
    if (text.isEmpty()) {
      return true;
    }
    // RFC 7239 also allows an obfuscated port, "_" and letters
    return text.length() <= LONGEST && text.matches(":(\\d{1,5}|_[A-Za-z0-9._-]+)");
  }

  boolean isV6() {
    return bytes.length == V6;
  }

  boolean sameFamily(IpAddress other) {
    return bytes.length == other.bytes.length;
  }

  int bits() {
    return bytes.length * 8;
  }

  /** The address with all but its first bits cleared. */
  IpAddress prefix(int length) {
    byte[] masked = bytes.clone();
    for (int i = 0; i < masked.length; i++) {
      int keep = Math.max(0, Math.min(8, length - i * 8));
      masked[i] &= (byte) (0xff << (8 - keep));
    }
    return new IpAddress(masked);
  }

  private static byte @Nullable [] v4(String text) {
    byte[] bytes = new byte[V4];
    int part = 0;
    int at = 0;
    while (part < V4) {
      int end = part == V4 - 1 ? text.length() : text.indexOf('.', at);
      if (end < 0 || end == at || end - at > 3) {
        return null;
      }
      int value = 0;
      for (int i = at; i < end; i++) {
        int digit = text.charAt(i) - '0';
        if (digit < 0 || digit > 9) {
          return null;
        }
        value = value * 10 + digit;
      }
      // a leading zero is octal to some and decimal to others: nobody's address
      if (value > 255 || (end - at > 1 && text.charAt(at) == '0')) {
        return null;
      }
      bytes[part++] = (byte) value;
      at = end + 1;
    }
    return bytes;
  }

  private static byte @Nullable [] v6(String full) {
    int zone = full.indexOf('%');
    String text = zone < 0 ? full : full.substring(0, zone);
    int gap = text.indexOf("::");
    if (gap >= 0 && text.indexOf("::", gap + 1) >= 0) {
      return null;
    }
    byte[] head = groups(gap < 0 ? text : text.substring(0, gap), gap < 0);
    byte[] tail = gap < 0 ? new byte[0] : groups(text.substring(gap + 2), true);
    if (head == null || tail == null) {
      return null;
    }
    int length = head.length + tail.length;
    if (gap < 0 ? length != V6 : length > V6 - 2) {
      return null;
    }
    byte[] bytes = Arrays.copyOf(head, V6);
    System.arraycopy(tail, 0, bytes, V6 - tail.length, tail.length);
    return bytes;
  }

  private static byte @Nullable [] groups(String text, boolean last) {
    if (text.isEmpty()) {
      return new byte[0];
    }
    String[] groups = text.split(":", -1);
    if (groups.length > 8) {
      return null;
    }
    byte[] bytes = new byte[V6 + V4];
    int length = 0;
    for (int i = 0; i < groups.length; i++) {
      String group = groups[i];
      if (last && i == groups.length - 1 && group.indexOf('.') >= 0) {
        byte[] v4 = v4(group);
        if (v4 == null) {
          return null;
        }
        System.arraycopy(v4, 0, bytes, length, V4);
        length += V4;
      } else {
        if (group.isEmpty() || group.length() > 4) {
          return null;
        }
        int value = 0;
        for (int c = 0; c < group.length(); c++) {
          int digit = group.charAt(c) < 128 ? Character.digit(group.charAt(c), 16) : -1;
          if (digit < 0) {
            return null;
          }
          value = value * 16 + digit;
        }
        bytes[length++] = (byte) (value >> 8);
        bytes[length++] = (byte) value;
      }
    }
    return length > V6 ? null : Arrays.copyOf(bytes, length);
  }

  private static byte[] unmap(byte[] bytes) {
    if (bytes.length != V6) {
      return bytes;
    }
    for (int i = 0; i < 10; i++) {
      if (bytes[i] != 0) {
        return bytes;
      }
    }
    return bytes[10] == -1 && bytes[11] == -1 ? Arrays.copyOfRange(bytes, 12, V6) : bytes;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof IpAddress that && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    if (!isV6()) {
      for (int i = 0; i < V4; i++) {
        text.append(i == 0 ? "" : ".").append(bytes[i] & 0xff);
      }
      return text.toString();
    }
    for (int i = 0; i < V6; i += 2) {
      text.append(i == 0 ? "" : ":");
      text.append(Integer.toHexString((bytes[i] & 0xff) << 8 | (bytes[i + 1] & 0xff)));
    }
    return text.toString();
  }
}
