package app.galion.ratelimit;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which policy a request falls under, by its method and path.
 *
 * <p>A template such as {@code /api/v1/users/{id}} matches segment by segment: a literal before a
 * variable, a variable before a final {@code **}, which takes the rest. A route of the very method
 * comes before one of {@code *}; {@code HEAD} without a route of its own is counted as {@code GET}.
 *
 * <p>A path is read as a careful server reads it, so that another spelling of a route is not
 * another route: percent-encoded octets are decoded once, {@code ;parameters}, the query and empty
 * segments are left out, {@code .} and {@code ..} are resolved. Paths are case-sensitive. A path is
 * looked at once, whatever it holds; one of more than 8192 characters falls under {@code
 * otherwise}.
 *
 * <p>Immutable and thread-safe; {@link #find} never blocks and no input makes it throw.
 */
public final class RouteLimits {

  private static final String ANY = "*";

  private final RouteNode root;
  private final int deepest;
  private final Optional<RatePolicy> otherwise;

  private RouteLimits(RouteNode root, int deepest, @Nullable RatePolicy otherwise) {
    this.root = root;
    this.deepest = deepest;
    this.otherwise = Optional.ofNullable(otherwise);
  }

  /**
   * Starts an empty table.
   *
   * @return a builder
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Finds the policy of a request.
   *
   * @param method the HTTP method, in either case
   * @param path the path as the client sent it, with or without a query
   * @return the policy of the most specific route, else that of {@link Builder#otherwise}; empty
   *     where there is none
   */
  public Optional<RatePolicy> find(String method, String path) {
    List<String> segments = RoutePath.segments(path, deepest);
    if (segments == null) {
      return otherwise;
    }
    RatePolicy found = root.find(segments, 0, method.toUpperCase(Locale.ROOT));
    return found == null ? otherwise : Optional.of(found);
  }

  /** Builds a {@link RouteLimits}. Not thread-safe. */
  public static final class Builder {

    private record Route(String method, String template, RatePolicy policy) {}

    private final List<Route> routes = new ArrayList<>();
    private @Nullable RatePolicy otherwise;

    private Builder() {}

    /**
     * Adds a route.
     *
     * @param method an HTTP method such as {@code POST}, in either case; {@code *} for all that
     *     have no route of their own there
     * @param template starts with {@code /}; a segment is literal text, {@code {name}} for any one
     *     segment, or, as the last one, {@code **} for any rest
     * @param policy the policy
     * @return this
     * @throws IllegalArgumentException if the method or the template is none
     */
    public Builder route(String method, String template, RatePolicy policy) {
      requireNonNull(method, "method");
      requireNonNull(template, "template");
      requireNonNull(policy, "policy");
      if (!method.equals(ANY) && !isToken(method)) {
        throw new IllegalArgumentException("method '" + method + "' must be an HTTP method or *");
      }
      RouteNode.requireTemplate(template);
      routes.add(new Route(method.toUpperCase(Locale.ROOT), template, policy));
      return this;
    }

    /**
     * Sets the policy of all requests without a route. Default: none.
     *
     * @param policy the policy
     * @return this
     */
    public Builder otherwise(RatePolicy policy) {
      otherwise = requireNonNull(policy, "policy");
      return this;
    }

    private static boolean isToken(String method) {
      return !method.isEmpty()
          && method.length() <= 32
          && method
              .chars()
              .allMatch(c -> c > ' ' && c < 127 && "\"(),/:;<=>?@[\\]{}".indexOf(c) < 0);
    }

    /**
     * Builds the table.
     *
     * @return the table
     * @throws IllegalStateException naming every conflict: two routes for the same requests, and
     *     policies that share a name, hence their counters, but not their limits
     */
    public RouteLimits build() {
      RouteNode root = new RouteNode();
      int deepest = 0;
      List<String> conflicts = new ArrayList<>();
      Map<String, RatePolicy> names = new HashMap<>();
      for (Route route : routes) {
        List<String> segments = RouteNode.segments(route.template);
        deepest = Math.max(deepest, segments.size());
        String before = root.add(segments, route.method, route.template, route.policy);
        if (before != null) {
          conflicts.add(
              route.method
                  + " "
                  + before
                  + " and "
                  + route.method
                  + " "
                  + route.template
                  + " match the same requests");
        }
        checkName(names, route.policy, conflicts);
      }
      if (otherwise != null) {
        checkName(names, otherwise, conflicts);
      }
      if (!conflicts.isEmpty()) {
        throw new IllegalStateException("routes conflict: " + String.join("; ", conflicts));
      }
      return new RouteLimits(root, deepest, otherwise);
    }

    private static void checkName(
        Map<String, RatePolicy> names, RatePolicy policy, List<String> conflicts) {
      RatePolicy before = names.putIfAbsent(policy.name(), policy);
      if (before != null && !before.sameLimits(policy)) {
        conflicts.add(before + " and " + policy + " share a name and so their counters");
      }
    }
  }
}
