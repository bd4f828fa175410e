package app.galion.cache;

import app.galion.spi.Ticker;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;

/*
 * A suspended machine stops the monotonic clock, so that proofs look young that are hours old. The
 * wall clock goes on: where it moved more than a second apart from the ticker between two
 * heartbeats, in whichever direction, elapsed time is unknown and no proof holds. A step of the
 * wall clock looks the same, and costs that entries are read again. Used by one thread.
 */
final class Suspension {
  private static final long MOST_MILLIS = 1000;

  private final Ticker ticker;
  private final InstantSource wallClock;
  private long ticks;
  private long millis;

  Suspension(Ticker ticker, InstantSource wallClock) {
    this.ticker = ticker;
    this.wallClock = wallClock;
    ticks = ticker.read();
    millis = wallClock.millis();
  }

  /** Whether the clocks moved apart since the last call. */
  boolean noticed() {
    long nowTicks = ticker.read();
    long nowMillis = wallClock.millis();
    long apart = nowMillis - millis - TimeUnit.NANOSECONDS.toMillis(nowTicks - ticks);
    ticks = nowTicks;
    millis = nowMillis;
    return Math.abs(apart) > MOST_MILLIS;
  }
}
