package app.galion.circuit;

import app.galion.spi.Ticker;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/* Elapsed time as a clock, since Resilience4j's windows ask for one: no step of the wall clock. */
final class TickerClock extends Clock {

  private final Ticker ticker;
  private final long origin;

  TickerClock(Ticker ticker) {
    this.ticker = ticker;
    this.origin = ticker.read();
  }

  @Override
  public Instant instant() {
    return Instant.ofEpochSecond(0, ticker.read() - origin);
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    return this;
  }
}
