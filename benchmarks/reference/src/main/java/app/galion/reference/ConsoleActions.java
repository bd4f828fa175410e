package app.galion.reference;

import app.galion.testkit.RedisServer;
import app.galion.testkit.Vendor;
import app.galion.testkit.VendorFault;
import app.galion.testkit.VendorSimulator;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What an operator can do to the running system from the console. Each action is a POST with the
 * header {@value #HEADER}, which no foreign page can send, and says what happened in {@code text}.
 */
final class ConsoleActions implements AutoCloseable {

  static final String HEADER = "X-Galion-Console";

  private static final int PAUSE_SECONDS = 15;
  private static final int FAULTS = 1000;
  private static final Duration SLOW = Duration.ofSeconds(5);

  private final List<Node> nodes;
  private final Drills drills;
  private final VendorSimulator simulator;
  private final @Nullable RedisServer embeddedRedis;
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          work -> {
            Thread thread = new Thread(work, "galion-reference-console-clock");
            thread.setDaemon(true);
            return thread;
          });

  ConsoleActions(
      List<Node> nodes,
      Drills drills,
      VendorSimulator simulator,
      @Nullable RedisServer embeddedRedis) {
    this.nodes = nodes;
    this.drills = drills;
    this.simulator = simulator;
    this.embeddedRedis = embeddedRedis;
  }

  void install(RoutesConfig routes) {
    routes.before("/actions/*", ConsoleActions::requireConsole);
    routes.post("/actions/stampede", context -> say(context, drills.stampede()));
    routes.post("/actions/overwrite", context -> say(context, drills.overwrite()));
    routes.post("/actions/redis/pause", context -> say(context, pauseRedis()));
    routes.post("/actions/redis/resume", context -> say(context, resumeRedis()));
    routes.post(
        "/actions/vendors/{vendor}/{state}",
        context ->
            say(context, vendor(vendor(context.pathParam("vendor")), context.pathParam("state"))));
    routes.post(
        "/actions/nodes/{node}/drain", context -> say(context, drain(context.pathParam("node"))));
  }

  private static void requireConsole(Context context) {
    if (context.header(HEADER) == null) {
      throw new ApiError(403, "forbidden", "actions are for the console's page: send " + HEADER);
    }
  }

  private static void say(Context context, String text) {
    context.json(Map.of("text", text));
  }

  private String pauseRedis() {
    RedisServer redis = requireEmbedded();
    change(redis::pause);
    var unused = clock.schedule(redis::resume, PAUSE_SECONDS, TimeUnit.SECONDS);
    return "Redis answers nobody for " + PAUSE_SECONDS + " s, or until it is resumed.";
  }

  private String resumeRedis() {
    change(requireEmbedded()::resume);
    return "Redis runs on and answers what it was sent meanwhile.";
  }

  private RedisServer requireEmbedded() {
    if (embeddedRedis == null) {
      throw conflict("this Redis was given by --redis, and is not paused from here");
    }
    return embeddedRedis;
  }

  private static void change(Runnable action) {
    try {
      action.run();
    } catch (IllegalStateException e) {
      throw conflict(String.valueOf(e.getMessage()));
    }
  }

  private static ApiError conflict(String message) {
    return new ApiError(409, "conflict", message);
  }

  private static Vendor vendor(String id) {
    return Arrays.stream(Vendor.values())
        .filter(vendor -> vendor.id().equals(id))
        .findFirst()
        .orElseThrow(() -> ApiError.notFound("there is no vendor '" + id + "'"));
  }

  private String vendor(Vendor vendor, String state) {
    simulator.clear(vendor);
    switch (state) {
      case "well" -> {
        return "The simulated " + vendor.id() + " answers as it should.";
      }
      case "slow" -> simulator.faults(vendor, VendorFault.delay(SLOW).times(FAULTS));
      case "broken" -> simulator.faults(vendor, VendorFault.status(503).times(FAULTS));
      default -> throw ApiError.notFound("a vendor is slow, broken or well, not '" + state + "'");
    }
    String how = state.equals("slow") ? "waits " + SLOW.toSeconds() + " s first" : "answers 503";
    return "The simulated " + vendor.id() + " " + how + ", until it is well again.";
  }

  private String drain(String name) {
    Node node =
        nodes.stream()
            .filter(candidate -> candidate.name.equals(name))
            .findFirst()
            .orElseThrow(() -> ApiError.notFound("there is no node '" + name + "'"));
    node.health.drain();
    return "Node "
        + name
        + " is not ready from now on, and stays so until it is started again; it goes on answering.";
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }
}
