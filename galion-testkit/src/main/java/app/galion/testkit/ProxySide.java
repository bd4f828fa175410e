package app.galion.testkit;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Set;

/**
 * The connections of one kind through a {@link FaultProxy}: those that subscribe, or those that do
 * not. Each kind has faults of its own; those of the whole proxy are faults of both.
 *
 * <p>Thread-safe. Methods wait until it is done, at most five seconds.
 */
public final class ProxySide {

  private final FaultProxy proxy;
  private final ProxyLoop loop;
  private final Set<ProxyKind> kind;

  ProxySide(FaultProxy proxy, ProxyLoop loop, ProxyKind kind) {
    this.proxy = proxy;
    this.loop = loop;
    this.kind = Set.of(kind);
  }

  /**
   * Delivers bytes later, as {@link FaultProxy#delay(Duration)} does.
   *
   * @param delay how long, at least zero
   * @throws IllegalArgumentException if the delay is negative
   */
  public void delay(Duration delay) {
    if (delay.isNegative()) {
      throw new IllegalArgumentException("delay " + delay + " must be >= 0");
    }
    proxy.change(() -> loop.change(kind, faults -> faults.delayed(delay.toNanos())));
  }

  /** Loses every byte of both directions, as {@link FaultProxy#dropSilently()} does. */
  public void dropSilently() {
    proxy.change(() -> loop.change(kind, ProxyFaults::withBothCut));
  }

  /**
   * Loses every byte of one direction, as {@link FaultProxy#cut} does.
   *
   * @param direction which
   */
  public void cut(FaultProxy.Direction direction) {
    requireNonNull(direction, "direction");
    proxy.change(() -> loop.change(kind, faults -> faults.withCut(direction)));
  }

  /**
   * Resets new connections, as soon as they show what they are for; open ones go on. Since each is
   * one for commands until it subscribes, refusing those refuses all.
   */
  public void refuse() {
    proxy.change(() -> loop.change(kind, ProxyFaults::refusing));
  }

  /** Resets every open connection on both sides, once. */
  public void reset() {
    proxy.change(() -> loop.resetLinks(kind));
  }

  /** Closes every open connection on both sides, once. */
  public void closeConnections() {
    proxy.change(() -> loop.closeLinks(kind));
  }

  /** Ends these faults, as {@link FaultProxy#heal()} does. */
  public void heal() {
    proxy.change(() -> loop.heal(kind));
  }

  /**
   * Counts the open connections.
   *
   * @return how many callers are connected; 0 once closed
   */
  public int connections() {
    return proxy.connections(kind);
  }

  @Override
  public String toString() {
    return kind + " of " + proxy;
  }
}
