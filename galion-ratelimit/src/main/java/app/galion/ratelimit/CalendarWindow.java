package app.galion.ratelimit;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;

/**
 * A window of a calendar quota and the end of the one after it, in microseconds since 1970. The
 * second is for the script: it may find that the first has just ended.
 *
 * @param start the first microsecond
 * @param end the first microsecond of the next window
 * @param nextEnd the end of the next window
 */
record CalendarWindow(long start, long end, long nextEnd) {

  /**
   * The window of a time. Where clocks are set back over midnight a date comes twice; its window
   * starts with the first of them, and time never goes back to an earlier window.
   */
  static CalendarWindow at(long micros, CalendarPeriod period, ZoneId zone) {
    Instant time = Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
    LocalDate first = period.first(time.atZone(zone).toLocalDate());
    long start = start(first, zone);
    while (true) {
      LocalDate next = period.next(first);
      long end = start(next, zone);
      // a date that a zone has skipped is no window
      long nextEnd = end;
      for (LocalDate after = next; nextEnd <= end; ) {
        after = period.next(after);
        nextEnd = start(after, zone);
      }
      if (micros < end) {
        return new CalendarWindow(start, end, nextEnd);
      }
      first = next;
      start = end;
    }
  }

  private static long start(LocalDate date, ZoneId zone) {
    return ChronoUnit.MICROS.between(Instant.EPOCH, date.atStartOfDay(zone).toInstant());
  }

  boolean contains(long micros) {
    return start <= micros && micros < end;
  }
}
