package app.galion.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A Lua script, read once from a resource; sent by its hash, or whole where it is not known yet.
 */
public final class RedisScript {

  private final String name;
  private final String sha1;
  private final byte[] byHash;
  private final byte[] whole;

  private RedisScript(String name, byte[] source) {
    this.name = name;
    sha1 = sha1(source);
    byHash = Wire.parts("EVALSHA".getBytes(UTF_8), sha1.getBytes(UTF_8));
    whole = Wire.parts("EVAL".getBytes(UTF_8), source);
  }

  /**
   * Reads a script.
   *
   * @param near the class beside which the resource lies
   * @param name the resource's name, for example {@code add.lua}
   * @return the script; keep it, for example in a static field
   * @throws IllegalArgumentException if there is no such resource
   */
  public static RedisScript resource(Class<?> near, String name) {
    requireNonNull(name, "name");
    try (InputStream in = near.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalArgumentException(
            "no script '" + name + "' beside " + near.getName() + ": is it among the resources?");
      }
      return new RedisScript(name, in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException("script '" + name + "' cannot be read", e);
    }
  }

  /**
   * Returns the name of the resource.
   *
   * @return the name
   */
  public String name() {
    return name;
  }

  /**
   * Returns the hash by which the server knows the script.
   *
   * @return 40 hexadecimal digits
   */
  public String sha1() {
    return sha1;
  }

  /* EVALSHA and the hash, as they go over the wire. */
  byte[] byHash() {
    return byHash;
  }

  /* EVAL and the source, as they go over the wire. */
  byte[] whole() {
    return whole;
  }

  private static String sha1(byte[] source) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(source));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this JVM has no SHA-1, which Redis names scripts by", e);
    }
  }

  @Override
  public String toString() {
    return "script '" + name + "' " + sha1;
  }
}
