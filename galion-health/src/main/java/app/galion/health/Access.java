package app.galion.health;

/** What the caller of an endpoint may see. */
public enum Access {
  /** Anybody: {@code /health/detailed} does not exist. */
  PUBLIC,
  /** An operator that the application has recognised, or a port that only operators reach. */
  OPERATOR
}
