package app.galion.ratelimit;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.LocalDate;
import java.time.temporal.TemporalAdjusters;

/** What a calendar quota counts by, in the policy's time zone. */
public enum CalendarPeriod {
  /** From midnight to midnight, 23 to 25 hours where clocks change. */
  DAY(Duration.ofDays(1)),
  /** From Monday to Monday (ISO 8601). */
  WEEK(Duration.ofDays(7)),
  /** From the first of a month to the first of the next. */
  MONTH(Duration.ofDays(30));

  private final Duration nominal;

  CalendarPeriod(Duration nominal) {
    this.nominal = nominal;
  }

  /**
   * Returns the length that {@link LimitState#period()} shows.
   *
   * @return 24 hours, 7 days, 30 days
   */
  public Duration nominal() {
    return nominal;
  }

  LocalDate first(LocalDate day) {
    return switch (this) {
      case DAY -> day;
      case WEEK -> day.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
      case MONTH -> day.withDayOfMonth(1);
    };
  }

  LocalDate next(LocalDate first) {
    return switch (this) {
      case DAY -> first.plusDays(1);
      case WEEK -> first.plusWeeks(1);
      case MONTH -> first.plusMonths(1);
    };
  }
}
