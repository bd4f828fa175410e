package app.galion.reference;

import app.galion.health.Access;
import app.galion.health.HealthEngine;
import app.galion.health.HttpResult;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;

/** The health endpoints, as the engine answers them. */
final class HealthRoute {

  private HealthRoute() {}

  static void install(RoutesConfig routes, HealthEngine engine) {
    for (HandlerType method : HandlerType.commonHttp()) {
      routes.addHttpHandler(method, "/health", context -> answer(context, engine, Access.PUBLIC));
      routes.addHttpHandler(
          method, "/health/<path>", context -> answer(context, engine, Access.PUBLIC));
    }
  }

  static void answer(Context context, HealthEngine engine, Access access) {
    HttpResult result =
        engine.get(context.req().getMethod(), context.req().getRequestURI(), access);
    context.status(result.status());
    result.headers().forEach(context::header);
    context.contentType(result.contentType()).result(result.body());
  }
}
