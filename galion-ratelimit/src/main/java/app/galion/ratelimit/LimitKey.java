package app.galion.ratelimit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * One subject under one policy: what a decision is asked about. Immutable and thread-safe; keeping
 * it for a hot subject saves the hash of the subject. Two keys are equal when they name the same
 * counters, that is policy name and subject, both in shadow or neither. As a {@link LimitCharge} it
 * costs 1.
 */
public final class LimitKey implements LimitCharge {

  private static final int LONGEST_KEPT = 64;
  private static final int HASH_BYTES = 16;
  private static final String HASHED = "\u0000";
  private static final MessageDigest SHA_256 = sha256();

  private final RatePolicy policy;
  private final String subject;
  private final int hash;
  private final Request alone;
  private @Nullable String tag;
  private volatile byte @Nullable [] suffixed;

  LimitKey(RatePolicy policy, String subject) {
    this.policy = policy;
    // a long subject is kept as its hash, or an attacker's subjects would fill the memory
    this.subject =
        requireNonNull(subject, "subject").length() <= LONGEST_KEPT && !subject.startsWith(HASHED)
            ? subject
            : HASHED + digest(subject);
    this.hash = this.subject.hashCode() * 31 + policy.counter().hashCode();
    this.alone = Request.of(this);
  }

  /**
   * Returns the policy.
   *
   * @return the policy that made this key
   */
  public RatePolicy policy() {
    return policy;
  }

  /**
   * This key with a cost other than 1.
   *
   * @param cost how much of each limit the request takes, at least 0; 0 looks and changes nothing
   * @return the charge
   * @throws IllegalArgumentException if the cost is negative
   */
  public LimitCharge costing(long cost) {
    return cost == 1 ? this : new Costing(this, cost);
  }

  @Override
  public LimitKey key() {
    return this;
  }

  @Override
  public long cost() {
    return 1;
  }

  /** One unit of this key alone. */
  Request alone() {
    return alone;
  }

  /** The 128-bit hash of the subject, which is the key's hash tag on a cluster. */
  String tag() {
    String known = tag;
    if (known == null) {
      known = subject.startsWith(HASHED) ? subject.substring(HASHED.length()) : digest(subject);
      tag = known;
    }
    return known;
  }

  /**
   * The key in Redis, under the link's prefix, which must be the same at each call but for races.
   */
  byte[] redisKey(byte[] prefix) {
    byte[] known = suffixed;
    if (known == null || !startsWith(known, prefix)) {
      byte[] suffix = ("{" + tag() + "}:" + policy.counter()).getBytes(UTF_8);
      known = Arrays.copyOf(prefix, prefix.length + suffix.length);
      System.arraycopy(suffix, 0, known, prefix.length, suffix.length);
      suffixed = known;
    }
    return known;
  }

  private static boolean startsWith(byte[] key, byte[] prefix) {
    return key.length > prefix.length
        && key[prefix.length] == '{'
        && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
  }

  private static String digest(String subject) {
    byte[] full = fresh().digest(illFormed(subject) ? utf16(subject) : subject.getBytes(UTF_8));
    return Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(full, HASH_BYTES));
  }

  /** Whether half of a surrogate pair stands alone, which UTF-8 has only a question mark for. */
  private static boolean illFormed(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        if (!Character.isSupplementaryCodePoint(text.codePointAt(i))) {
          return true;
        }
        i++;
      }
    }
    return false;
  }

  /** After a byte that UTF-8 never has. */
  private static byte[] utf16(String text) {
    ByteBuffer bytes = ByteBuffer.allocate(1 + 2 * text.length()).put((byte) 0xFF);
    for (int i = 0; i < text.length(); i++) {
      bytes.putChar(text.charAt(i));
    }
    return bytes.array();
  }

  private static MessageDigest fresh() {
    try {
      return (MessageDigest) SHA_256.clone();
    } catch (CloneNotSupportedException e) {
      return sha256();
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return this == other
        || (other instanceof LimitKey that
            && hash == that.hash
            && subject.equals(that.subject)
            && policy.counter().equals(that.policy.counter()));
  }

  @Override
  public int hashCode() {
    return hash;
  }

  /** Names the policy and the hash of the subject, never the subject. */
  @Override
  public String toString() {
    return "'" + policy.counter() + "' by {" + tag() + "}";
  }
}
