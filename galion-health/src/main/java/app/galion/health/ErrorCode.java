package app.galion.health;

import java.util.Locale;

/**
 * Why a check is not up. This is all that a public body ever says about a failure: exception text
 * stays in the log and in the authorised details.
 */
public enum ErrorCode {
  /** Nothing is wrong. */
  NONE,
  /** No result yet. */
  PENDING,
  /** The last result is older than three intervals. */
  STALE,
  /** No answer within the deadline. */
  TIMEOUT,
  /** The other side does not accept connections or closed one. */
  REFUSED,
  /** The host name does not resolve. */
  DNS,
  /** The credentials were not accepted. */
  AUTH,
  /** The other side is starting. */
  LOADING,
  /** Every connection of the pool is in use. */
  POOL_EXHAUSTED,
  /** Free space is below the limit. */
  DISK_LOW,
  /** Free space cannot be measured: no such path, or a file system of size 0. */
  UNMEASURED,
  /** An HTTP status that is not 2xx. */
  HTTP_STATUS,
  /** Threads wait for each other for ever. */
  DEADLOCK,
  /** A worker gave no sign of life in time. */
  STALLED,
  /** The check returned null. */
  NO_RESULT,
  /** Reported by the component itself, or anything else. */
  FAILED;

  private final String text = name().toLowerCase(Locale.ROOT);

  /**
   * Returns the code as bodies and meters show it.
   *
   * @return lower case, words joined by underscores
   */
  public String text() {
    return text;
  }
}
