package app.galion.reference;

import app.galion.ratelimit.LimitKey;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Log-in, limited by address and by user at once, and its relatives. */
final class AuthRoute {

  private static final String DEMO_PASSWORD = "demo";
  private static final int MAX_USER = 100;
  private static final int MAX_PASSWORD = 200;

  private final Limits limits;

  AuthRoute(Limits limits) {
    this.limits = limits;
  }

  void install(RoutesConfig routes) {
    routes.post("/api/v1/auth/login", this::login);
    routes.post("/api/v1/auth/register", limits.byAddress(limits.register, this::accept));
    routes.post("/api/v1/auth/reset", limits.byAddress(limits.reset, this::accept));
  }

  /* The user is known only after the body is read; a body that names none costs its address all the same. */
  private void login(Context context) throws Exception {
    String user = null;
    String password = null;
    ApiError malformed = null;
    try {
      Fields fields = Bodies.json(context);
      password = fields.required("password", MAX_PASSWORD);
      user = Caller.name(fields.required("user", MAX_USER));
    } catch (ApiError e) {
      malformed = e;
    }
    if (!limits.admit(context, keys(context, user))) {
      return;
    }
    if (malformed != null) {
      throw malformed;
    }
    if (!DEMO_PASSWORD.equals(password)) {
      throw new ApiError(401, "invalid_credentials", "user or password is wrong")
          .header("WWW-Authenticate", "Bearer");
    }
    context.json(Map.of("token", "demo-" + user));
  }

  private LimitKey[] keys(Context context, @Nullable String user) {
    LimitKey byAddress = Limits.byAddress(limits.login, limits.caller(context));
    return user == null
        ? new LimitKey[] {byAddress}
        : new LimitKey[] {byAddress, limits.login.by(Caller.subjectOfUser(user))};
  }

  private void accept(Context context) throws Exception {
    Bodies.optionalJson(context);
    context.status(202).json(Map.of("status", "accepted"));
  }
}
