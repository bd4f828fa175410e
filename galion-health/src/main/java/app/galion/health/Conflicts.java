package app.galion.health;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Finds everything in a builder that contradicts itself. */
final class Conflicts {

  private static final int MAX_CHECKS = 64;

  private Conflicts() {}

  static List<String> of(
      List<Registration> registrations, Map<String, Plan> plans, Map<String, List<String>> groups) {
    List<String> found = new ArrayList<>();
    Set<String> keys = new HashSet<>();
    Set<String> groupable = new HashSet<>();
    for (Registration registration : registrations) {
      String name = registration.name();
      if (!keys.add(registration.key())) {
        found.add("check '" + name + "' is there twice");
      }
      if (name.equals(Assessment.SCHEDULER)) {
        found.add("check name 'scheduler' is the engine's own, choose another one");
      }
      if (registration.role() == Monitor.Role.READINESS) {
        groupable.add(name);
      }
      Plan plan = plans.get(registration.key());
      if (plan != null) {
        check(registration, plan, found);
      }
    }
    if (registrations.size() > MAX_CHECKS) {
      found.add(registrations.size() + " checks, at most " + MAX_CHECKS + " are allowed");
    }
    groups.forEach(
        (group, members) -> {
          for (String member : members) {
            if (!groupable.contains(member)) {
              found.add("group '" + group + "' names '" + member + "', no readiness check");
            }
          }
        });
    return found;
  }

  private static void check(Registration registration, Plan plan, List<String> found) {
    if (plan.deadline() >= plan.interval()) {
      found.add(
          "check '"
              + registration.name()
              + "': deadline "
              + plan.deadlineDuration()
              + " must be less than interval "
              + Duration.ofNanos(plan.interval()));
    }
    if (registration.role() == Monitor.Role.LIVENESS && plan.scope() == Scope.SHARED) {
      found.add(
          "liveness check '"
              + registration.name()
              + "' is SHARED: its failure would restart every node; make it a readiness check");
    }
  }
}
