package app.galion.ratelimit;

class LocalLimiterTest extends ReservationContract {

  private final RateLimiter limiter = RateLimiter.builder("local").build();

  @Override
  RateLimiter limiter() {
    return limiter;
  }
}
