package app.galion.cache;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicLong;

/** Unique ids of operations: SplitMix64 from a random start, so never twice on one node. */
final class OperationIds {
  private static final long STEP = 0x9e3779b97f4a7c15L;

  private final AtomicLong state = new AtomicLong(new SecureRandom().nextLong());

  String next() {
    long z = state.addAndGet(STEP);
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return HexFormat.of().toHexDigits(z ^ (z >>> 31));
  }
}
