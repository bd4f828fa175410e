package app.galion.redis;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A lower bound of a server's clock, carried on from its last answer to TIME. The answer was made
 * before it arrived, so the server is ahead of it by at most the time of the answer's way; half a
 * part in a thousand is taken off what has passed since, more than two clocks drift apart.
 */
final class ServerClock {

  private record Sample(long micros, long at) {}

  private final AtomicReference<@Nullable Sample> last = new AtomicReference<>();

  void heard(Reply time, long now) {
    last.set(new Sample(time.integer(0) * 1_000_000 + time.integer(1), now));
  }

  /* 0 before the first answer. */
  long micros(long now) {
    Sample sample = last.get();
    if (sample == null) {
      return 0;
    }
    long passed = Math.max(0, (now - sample.at) / 1000);
    return sample.micros + passed - passed / 2048;
  }
}
