package app.galion.reference;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * What the process does when it is asked to end: it closes what was started and exits with 0. A JVM
 * that ends by a signal would report 128 + the signal; only halt lets a drained one report 0.
 */
final class Ending extends Thread {

  private final AtomicReference<@Nullable AutoCloseable> started = new AtomicReference<>();
  private volatile boolean begun;

  Ending() {
    super("galion-reference-end");
  }

  /** Takes effect from now on; false when the process is ending already. */
  boolean install() {
    try {
      Runtime.getRuntime().addShutdownHook(this);
      return true;
    } catch (IllegalStateException e) {
      Runtime.getRuntime().halt(0);
      return false;
    }
  }

  /** What to close, before it starts. */
  void closes(AutoCloseable what) {
    started.set(what);
  }

  /** Whether the process is ending, so that no failure of a start is one. */
  boolean hasBegun() {
    return begun;
  }

  @Override
  public void run() {
    begun = true;
    close();
    System.out.flush();
    Runtime.getRuntime().halt(0);
  }

  void close() {
    AutoCloseable what = started.getAndSet(null);
    if (what != null) {
      try {
        what.close();
      } catch (Exception e) {
        System.err.println("galion-reference: cannot close: " + e);
      }
    }
  }
}
