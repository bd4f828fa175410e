package app.galion.ratelimit;

class LocalLimiterTest extends LineContract {

  private final RateLimiter limiter = RateLimiter.builder("local").build();

  @Override
  RateLimiter limiter() {
    return limiter;
  }

  @Override
  RateLimiterBuilder another() {
    return RateLimiter.builder("local");
  }
}
