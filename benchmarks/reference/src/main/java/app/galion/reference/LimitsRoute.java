package app.galion.reference;

import io.javalin.config.RoutesConfig;

/** Where the caller stands with every limit. */
final class LimitsRoute {

  private final Limits limits;

  LimitsRoute(Limits limits) {
    this.limits = limits;
  }

  void install(RoutesConfig routes) {
    WebServer.get(
        routes, "/api/v1/limits", context -> context.json(limits.standing(limits.caller(context))));
  }
}
