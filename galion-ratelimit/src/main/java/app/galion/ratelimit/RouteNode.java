package app.galion.ratelimit;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/*
 * A place in the tree of templates. A search goes down the literal child, then the variable one, then
 * takes the rest, and comes back where that led nowhere: since this is a tree and each step down takes
 * a segment, it looks at no node twice, whatever the path.
 */
final class RouteNode {

  private static final String ANY = "*";
  private static final String REST = "**";
  private static final Pattern VARIABLE = Pattern.compile("\\{[A-Za-z][A-Za-z0-9_]{0,63}\\}");
  private static final Pattern LITERAL = Pattern.compile("[^{}%?#;/\\\\\\s*]+");

  private record Place(String template, RatePolicy policy) {}

  private final Map<String, RouteNode> literals = new HashMap<>();
  private final Map<String, Place> places = new HashMap<>();
  private @Nullable RouteNode variable;
  private @Nullable RouteNode rest;

  static void requireTemplate(String template) {
    String why = fault(template);
    if (why != null) {
      throw new IllegalArgumentException("template '" + template + "' " + why);
    }
  }

  private static @Nullable String fault(String template) {
    if (!template.startsWith("/")) {
      return "must start with /";
    }
    List<String> segments = segments(template);
    for (int i = 0; i < segments.size(); i++) {
      String segment = segments.get(i);
      boolean last = i == segments.size() - 1;
      if (segment.equals(REST) && !last) {
        return "may have ** at its end only";
      }
      if (segment.equals(".") || segment.equals("..")) {
        return "must not contain the segment " + segment;
      }
      if (!segment.equals(REST)
          && !VARIABLE.matcher(segment).matches()
          && !LITERAL.matcher(segment).matches()) {
        return "has the segment '" + segment + "', which is no plain text, {name} or **";
      }
    }
    return null;
  }

  /** The segments of a template; of {@code /} none. */
  static List<String> segments(String template) {
    return template.equals("/") ? List.of() : Arrays.asList(template.substring(1).split("/", -1));
  }

  /** Adds a route; the template that was there before, if one was. */
  @Nullable String add(List<String> segments, String method, String template, RatePolicy policy) {
    RouteNode node = this;
    for (String segment : segments) {
      node = node.child(segment);
    }
    Place before = node.places.putIfAbsent(method, new Place(template, policy));
    return before == null ? null : before.template;
  }

  private RouteNode child(String segment) {
    if (segment.equals(REST)) {
      RouteNode known = rest == null ? new RouteNode() : rest;
      rest = known;
      return known;
    }
    if (segment.startsWith("{")) {
      RouteNode known = variable == null ? new RouteNode() : variable;
      variable = known;
      return known;
    }
    return literals.computeIfAbsent(segment, s -> new RouteNode());
  }

  @Nullable RatePolicy find(List<String> segments, int at, String method) {
    RatePolicy found = null;
    if (at == segments.size()) {
      found = of(method);
    } else {
      RouteNode literal = literals.get(segments.get(at));
      if (literal != null) {
        found = literal.find(segments, at + 1, method);
      }
      if (found == null && variable != null) {
        found = variable.find(segments, at + 1, method);
      }
    }
    return found == null && rest != null ? rest.of(method) : found;
  }

  private @Nullable RatePolicy of(String method) {
    Place place = places.get(method);
    if (place == null && method.equals("HEAD")) {
      place = places.get("GET");
    }
    if (place == null) {
      place = places.get(ANY);
    }
    return place == null ? null : place.policy;
  }
}
