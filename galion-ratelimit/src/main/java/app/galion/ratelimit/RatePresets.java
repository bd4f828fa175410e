package app.galion.ratelimit;

import java.time.Duration;
import java.util.List;

/**
 * The limits of the GALION services, per client address unless stated. Constants behind methods;
 * the names are the keys' names in Redis and the names that the API shows.
 */
public final class RatePresets {

  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final RatePolicy LOGIN = RatePolicy.slidingExact("login", 10, MINUTE);
  private static final RatePolicy REGISTER = RatePolicy.slidingExact("register", 5, MINUTE);
  private static final RatePolicy RESET = RatePolicy.slidingExact("reset", 3, MINUTE);
  private static final RatePolicy READ = RatePolicy.tokenBucket("read", 200, MINUTE);
  private static final RatePolicy WRITE = RatePolicy.tokenBucket("write", 100, MINUTE);
  private static final RatePolicy DELETE = RatePolicy.tokenBucket("delete", 50, MINUTE);
  private static final RatePolicy STT = RatePolicy.tokenBucket("stt", 60, MINUTE);
  private static final RatePolicy TTS = RatePolicy.tokenBucket("tts", 60, MINUTE);
  private static final RatePolicy CHAT = RatePolicy.tokenBucket("chat", 30, MINUTE);
  private static final RatePolicy UPLOAD = RatePolicy.tokenBucket("upload", 20, MINUTE);
  private static final RatePolicy SEARCH = RatePolicy.tokenBucket("search", 30, MINUTE);
  private static final RatePolicy PUBLIC = RatePolicy.tokenBucket("public", 300, MINUTE);
  private static final RatePolicy DEFAULT =
      RatePolicy.tokenBucket("default", 1000, Duration.ofHours(1));
  private static final List<RatePolicy> ALL =
      List.of(
          LOGIN, REGISTER, RESET, READ, WRITE, DELETE, STT, TTS, CHAT, UPLOAD, SEARCH, PUBLIC,
          DEFAULT);

  private RatePresets() {}

  /**
   * Login: exactly 10 in any minute, deadline 500 ms.
   *
   * @return the policy {@code login}
   */
  public static RatePolicy login() {
    return LOGIN;
  }

  /**
   * Registration: exactly 5 in any minute, deadline 500 ms.
   *
   * @return the policy {@code register}
   */
  public static RatePolicy register() {
    return REGISTER;
  }

  /**
   * Password reset: exactly 3 in any minute, deadline 500 ms.
   *
   * @return the policy {@code reset}
   */
  public static RatePolicy reset() {
    return RESET;
  }

  /**
   * API read: 200 a minute.
   *
   * @return the policy {@code read}
   */
  public static RatePolicy read() {
    return READ;
  }

  /**
   * API write: 100 a minute.
   *
   * @return the policy {@code write}
   */
  public static RatePolicy write() {
    return WRITE;
  }

  /**
   * API delete: 50 a minute.
   *
   * @return the policy {@code delete}
   */
  public static RatePolicy delete() {
    return DELETE;
  }

  /**
   * Speech to text: 60 a minute.
   *
   * @return the policy {@code stt}
   */
  public static RatePolicy stt() {
    return STT;
  }

  /**
   * Text to speech: 60 a minute.
   *
   * @return the policy {@code tts}
   */
  public static RatePolicy tts() {
    return TTS;
  }

  /**
   * Chat: 30 a minute, per user.
   *
   * @return the policy {@code chat}
   */
  public static RatePolicy chat() {
    return CHAT;
  }

  /**
   * File upload: 20 a minute.
   *
   * @return the policy {@code upload}
   */
  public static RatePolicy upload() {
    return UPLOAD;
  }

  /**
   * Search: 30 a minute.
   *
   * @return the policy {@code search}
   */
  public static RatePolicy search() {
    return SEARCH;
  }

  /**
   * Public read: 300 a minute.
   *
   * @return the policy {@code public}
   */
  public static RatePolicy publicRead() {
    return PUBLIC;
  }

  /**
   * Where no other limit stands: 1000 an hour.
   *
   * @return the policy {@code default}
   */
  public static RatePolicy standard() {
    return DEFAULT;
  }

  /**
   * Returns all of them.
   *
   * @return the policies in the order of this class, immutable
   */
  public static List<RatePolicy> all() {
    return ALL;
  }
}
