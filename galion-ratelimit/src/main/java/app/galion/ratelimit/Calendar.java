package app.galion.ratelimit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;

/** The calendar of a quota: its windows, and how the script is told of them. Thread-safe. */
final class Calendar {

  private static final class Told {
    final CalendarWindow window;
    final byte[] spec;

    Told(CalendarWindow window, byte[] spec) {
      this.window = window;
      this.spec = spec;
    }
  }

  final CalendarPeriod period;
  final ZoneId zone;
  private volatile @Nullable Told last;

  Calendar(CalendarPeriod period, ZoneId zone) {
    this.period = period;
    this.zone = zone;
  }

  CalendarWindow window(long micros) {
    Told known = last;
    return known != null && known.window.contains(micros)
        ? known.window
        : CalendarWindow.at(micros, period, zone);
  }

  /** What the script needs to know when it may be that time. */
  byte[] spec(long n, long micros) {
    Told known = last;
    if (known == null || !known.window.contains(micros)) {
      CalendarWindow window = CalendarWindow.at(micros, period, zone);
      ByteBuffer spec = ByteBuffer.allocate(1 + 6 * Double.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      spec.put(Limit.Kind.CALENDAR.mark).putDouble((double) n).putDouble(0).putDouble(1);
      spec.putDouble((double) window.start()).putDouble((double) window.end());
      spec.putDouble((double) window.nextEnd());
      known = new Told(window, spec.array());
      last = known;
    }
    return known.spec;
  }

  /** The same bytes for the same quota. */
  byte[] identity(long n) {
    return ("c" + n + " " + this).getBytes(UTF_8);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Calendar that && period == that.period && zone.equals(that.zone);
  }

  @Override
  public int hashCode() {
    return period.hashCode() * 31 + zone.hashCode();
  }

  @Override
  public String toString() {
    return period + " in " + zone;
  }
}
