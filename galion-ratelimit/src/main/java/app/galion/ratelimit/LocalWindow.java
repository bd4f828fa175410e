package app.galion.ratelimit;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;

/**
 * A calendar quota by this machine's wall clock, which while it is set back stays in its window.
 */
final class LocalWindow implements LocalLimit {

  private final Limit limit;
  private final Calendar calendar;
  private final InstantSource clock;
  private long share;
  private CalendarWindow window;
  private long used;

  LocalWindow(Limit limit, int nodes, InstantSource clock) {
    this.limit = limit;
    this.calendar = requireNonNull(limit.calendar(), "calendar");
    this.clock = clock;
    this.share = shareOf(nodes);
    this.window = calendar.window(micros());
  }

  private long shareOf(int nodes) {
    return Math.max(1, limit.n() / nodes);
  }

  private long micros() {
    return ChronoUnit.MICROS.between(Instant.EPOCH, clock.instant());
  }

  private long untilEnd() {
    long micros = micros();
    if (micros >= window.end()) {
      window = calendar.window(micros);
      used = 0;
    }
    return (window.end() - micros) * 1_000;
  }

  long used() {
    long unused = untilEnd();
    return used;
  }

  @Override
  public long waitFor(long cost, long now) {
    long wait = untilEnd();
    return cost == 0 || cost <= share - used ? 0 : wait;
  }

  @Override
  public void charge(long cost, long now) {
    long unused = untilEnd();
    used = Math.min(Limit.MAX_UNITS, used + Math.min(cost, Limit.MAX_UNITS));
  }

  /* What was charged in another window is over; the clocks differ, so it is told by how long ago. */
  @Override
  public void refund(long cost, long chargedAt, long now) {
    long left = untilEnd();
    long sinceStart = (window.end() - window.start()) * 1_000 - left;
    if (now - chargedAt <= sinceStart) {
      used = Math.max(0, used - cost);
    }
  }

  @Override
  public long remaining(long now) {
    long unused = untilEnd();
    return Math.max(0, share - used);
  }

  @Override
  public long resetNanos(long now) {
    long left = untilEnd();
    return used == 0 ? 0 : left;
  }

  @Override
  public void lower(long remaining, long now) {
    long unused = untilEnd();
    used = Math.max(used, share - remaining);
  }

  @Override
  public void clear(long now) {
    used = 0;
  }

  @Override
  public void share(int nodes, long now) {
    share = shareOf(nodes);
  }
}
