package app.galion.health;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How the node was at one moment. Immutable. */
public final class HealthSnapshot {

  private final String service;
  private final Phase phase;
  private final boolean live;
  private final boolean ready;
  private final boolean started;
  private final boolean panic;
  private final boolean schedulerStalled;
  private final List<String> degraded;
  private final Map<String, CheckView> checks;
  private final Map<String, CheckView> livenessChecks;
  final Pages pages;
  final boolean expires;
  final long validUntil;

  HealthSnapshot(Assessment from, Pages pages) {
    this.service = from.service();
    this.phase = from.phase();
    this.live = from.live();
    this.ready = from.ready();
    this.started = from.started();
    this.panic = from.panic();
    this.schedulerStalled = from.schedulerStalled();
    this.degraded = from.degraded();
    this.checks = from.checks();
    this.livenessChecks = from.livenessChecks();
    this.expires = from.expires();
    this.validUntil = from.validUntil();
    this.pages = pages;
  }

  boolean expired(long now) {
    return expires && now - validUntil >= 0;
  }

  /**
   * Returns the service's name.
   *
   * @return as given to the builder
   */
  public String service() {
    return service;
  }

  /**
   * Returns how far the node is in its life.
   *
   * @return the phase
   */
  public Phase phase() {
    return phase;
  }

  /**
   * Returns whether the process should go on living.
   *
   * @return false only if a liveness check is known to be down
   */
  public boolean live() {
    return live;
  }

  /**
   * Returns whether the node should be sent traffic.
   *
   * @return true if every critical check is known to work, or panic overrules it, and the node
   *     neither drains nor has stopped
   */
  public boolean ready() {
    return ready;
  }

  /**
   * Returns whether the node has been ready once.
   *
   * @return true from then on
   */
  public boolean started() {
    return started;
  }

  /**
   * Returns whether the node is ready only because most of the fleet fails the same shared check.
   *
   * @return true while the panic threshold overrules a check
   */
  public boolean panic() {
    return panic;
  }

  /**
   * Returns whether the engine's own timer is late by more than 10 s.
   *
   * @return true while no check is being started
   */
  public boolean schedulerStalled() {
    return schedulerStalled;
  }

  /**
   * Returns what the node does without.
   *
   * @return names of checks that are degraded or, where they are not critical, failing; and {@code
   *     scheduler} while {@link #schedulerStalled()}
   */
  public List<String> degraded() {
    return degraded;
  }

  /**
   * Returns the readiness checks.
   *
   * @return name to check, in the order of the builder, immutable
   */
  public Map<String, CheckView> checks() {
    return checks;
  }

  /**
   * Returns the liveness checks.
   *
   * @return name to check, in the order of the builder, immutable
   */
  public Map<String, CheckView> livenessChecks() {
    return livenessChecks;
  }

  /**
   * Looks up a readiness or liveness check.
   *
   * @param name its name
   * @return the check, or null if there is none of that name
   */
  public @Nullable CheckView check(String name) {
    CheckView view = checks.get(name);
    return view == null ? livenessChecks.get(name) : view;
  }
}
