package app.galion.ratelimit;

/** Which headers show a decision; {@link RateHeaders} writes them. */
public enum HeaderForm {
  /**
   * {@code X-RateLimit-Limit}, {@code X-RateLimit-Remaining} and {@code X-RateLimit-Reset} (epoch
   * seconds) of the binding limit: what most clients know. The default.
   */
  LEGACY,
  /**
   * {@code RateLimit} and {@code RateLimit-Policy} of all limits, as structured fields: draft 08 to
   * 11 of draft-ietf-httpapi-ratelimit-headers, which no RFC has fixed yet.
   */
  IETF
}
