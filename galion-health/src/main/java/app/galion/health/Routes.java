package app.galion.health;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;

/** Finds the answer to a method and a path. */
final class Routes {

  private static final String BASE = "/health";
  private static final String GROUP = BASE + "/group/";
  private static final String METHODS = "GET, HEAD, OPTIONS";
  private static final int OK = 200;
  private static final int ACCEPTED = 202;
  private static final int NOT_FOUND = 404;
  private static final int NOT_ALLOWED = 405;
  private static final int UNAVAILABLE = 503;

  private static final Map<String, String> PLAIN = Map.of("Cache-Control", "no-store");
  private static final Map<String, String> LATER =
      Map.of("Cache-Control", "no-store", "Retry-After", "5");
  private static final Map<String, String> OPTIONS =
      Map.of("Cache-Control", "no-store", "Allow", METHODS);

  private final HealthEngine engine;
  private final Map<String, LongAdder> requests = new TreeMap<>();

  Routes(HealthEngine engine) {
    this.engine = engine;
    for (String endpoint : Endpoint.names()) {
      requests.put(endpoint, new LongAdder());
    }
  }

  /** The endpoints by the name that meters give them. */
  enum Endpoint {
    HEALTH,
    LIVE,
    READY,
    STARTUP,
    DRAIN,
    DETAILED,
    GROUP,
    NONE;

    private final String text = name().toLowerCase(Locale.ROOT);

    static Iterable<String> names() {
      return Arrays.stream(values()).map(value -> value.text).toList();
    }
  }

  Map<String, LongAdder> requests() {
    return requests;
  }

  HttpResult get(String method, String path, Access access) {
    String plain = normal(path);
    Endpoint endpoint = endpoint(plain, access);
    LongAdder count = requests.get(endpoint.text);
    if (count != null) {
      count.increment();
    }
    Answer answer = answer(endpoint, plain);
    boolean head = method.equals("HEAD");
    if (answer.status() != NOT_FOUND
        && !head
        && !method.equals("GET")
        && !method.equals("OPTIONS")) {
      answer = error(NOT_ALLOWED, "method_not_allowed", "use " + METHODS);
    }
    Map<String, String> headers = PLAIN;
    if (answer.status() == NOT_ALLOWED || method.equals("OPTIONS")) {
      headers = OPTIONS;
    } else if (answer.status() == UNAVAILABLE) {
      headers = LATER;
    }
    return new HttpResult(answer.status(), headers, head ? "" : answer.text());
  }

  private record Answer(int status, String text) {}

  private Endpoint endpoint(String path, Access access) {
    return switch (path) {
      case BASE -> Endpoint.HEALTH;
      case BASE + "/live" -> Endpoint.LIVE;
      case BASE + "/ready" -> Endpoint.READY;
      case BASE + "/startup" -> Endpoint.STARTUP;
      case BASE + "/drain" -> Endpoint.DRAIN;
      case BASE + "/detailed" -> access == Access.OPERATOR ? Endpoint.DETAILED : Endpoint.NONE;
      default -> path.startsWith(GROUP) ? Endpoint.GROUP : Endpoint.NONE;
    };
  }

  private Answer answer(Endpoint endpoint, String path) {
    return switch (endpoint) {
      case HEALTH -> page(engine.snapshot().pages.health());
      case LIVE -> page(engine.snapshot().pages.live());
      case READY -> page(engine.snapshot().pages.ready());
      case STARTUP -> page(engine.snapshot().pages.startup());
      case DRAIN -> drain();
      case DETAILED -> new Answer(OK, engine.details());
      case GROUP -> group(path.substring(GROUP.length()));
      case NONE -> missing();
    };
  }

  private Answer group(String name) {
    Pages.Page page = engine.snapshot().pages.groups().get(name);
    return page == null ? missing() : page(page);
  }

  private Answer page(Pages.Page page) {
    return new Answer(page.status(), page.text(engine.clockMillis(), engine.uptimeSeconds()));
  }

  private Answer drain() {
    DrainState state = engine.drainState();
    String text =
        new Json()
            .open()
            .field("status", state.status())
            .field("in_flight", state.inFlight())
            .key("elapsed_seconds")
            .seconds(state.elapsedNanos() / 1_000_000)
            .close()
            .toString();
    return new Answer(state.drained() ? OK : ACCEPTED, text);
  }

  private static Answer missing() {
    return error(NOT_FOUND, "not_found", "no such health endpoint");
  }

  private static Answer error(int status, String code, String message) {
    return new Answer(
        status,
        new Json().open().field("error", code).field("message", message).close().toString());
  }

  /** Drops the query, doubled slashes and a trailing one. */
  private static String normal(String path) {
    int end = path.length();
    for (int i = 0; i < path.length(); i++) {
      char c = path.charAt(i);
      if (c == '?' || c == '#' || c == ';') {
        end = i;
        break;
      }
    }
    StringBuilder kept = new StringBuilder(end);
    for (int i = 0; i < end; i++) {
      char c = path.charAt(i);
      if (c != '/' || kept.length() == 0 || kept.charAt(kept.length() - 1) != '/') {
        kept.append(c);
      }
    }
    int length = kept.length();
    if (length > 1 && kept.charAt(length - 1) == '/') {
      kept.setLength(length - 1);
    }
    return kept.toString();
  }
}
