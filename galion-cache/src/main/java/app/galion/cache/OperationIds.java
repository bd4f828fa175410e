package app.galion.cache;

import app.galion.spi.Ticker;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Unique ids of operations: SplitMix64 from a random start, so never twice on one node. The last
 * ones are remembered with their time, most of them, to tell how long a message took.
 */
final class OperationIds {
  private static final long STEP = 0x9e3779b97f4a7c15L;
  private static final int REMEMBERED = 1024;

  private final AtomicLong state = new AtomicLong(new SecureRandom().nextLong());
  private final AtomicReferenceArray<@Nullable Given> last = new AtomicReferenceArray<>(REMEMBERED);
  private final Ticker ticker;

  OperationIds(Ticker ticker) {
    this.ticker = ticker;
  }

  private record Given(String id, long at) {}

  String next() {
    long z = state.addAndGet(STEP);
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    String id = HexFormat.of().toHexDigits(z ^ (z >>> 31));
    last.set(slot(id), new Given(id, ticker.read()));
    return id;
  }

  /** How long ago an id was given; -1 if it is another node's or too long ago. */
  long age(String id, long now) {
    Given given = last.get(slot(id));
    return given != null && given.id.equals(id) ? now - given.at : -1;
  }

  private static int slot(String id) {
    return id.hashCode() & (REMEMBERED - 1);
  }
}
