package app.galion.benchmarks;

/** A limiter of any number of subjects under one limit. */
@FunctionalInterface
interface KeyedLimiter extends AutoCloseable {
  boolean decide(String subject);

  @Override
  default void close() {}
}
