package app.galion.health;

/** A check as it was given to the builder. */
record Registration(
    String name, Monitor.Role role, Impact impact, HealthCheck check, CheckOptions options) {

  /** The name, unique among checks; blocks of metrics have names of their own. */
  String key() {
    return role == Monitor.Role.METRICS ? "metrics." + name : name;
  }
}
