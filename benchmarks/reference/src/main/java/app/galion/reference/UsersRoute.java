package app.galion.reference;

import app.galion.cache.Entry;
import app.galion.cache.TieredCache;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.regex.Pattern;

/** Users: read through the cache; written, committed, then invalidated. */
final class UsersRoute {

  private static final Pattern ID = Pattern.compile("[1-9][0-9]{0,17}");

  private static final int MAX_NAME = 200;
  private static final int MAX_PLAN = 50;

  private final UserStore store;
  private final TieredCache<Long, User> cache;

  UsersRoute(UserStore store, TieredCache<Long, User> cache) {
    this.store = store;
    this.cache = cache;
  }

  void install(RoutesConfig routes, Limits limits) {
    WebServer.get(routes, "/api/v1/users/{id}", limits.by(limits.read, this::get));
    routes.put("/api/v1/users/{id}", limits.by(limits.write, this::put));
    routes.delete("/api/v1/users/{id}", limits.by(limits.delete, this::delete));
    routes.delete("/api/v1/cache/users", limits.by(limits.write, this::clear));
  }

  private void get(Context context) {
    long id = id(context);
    Entry<User> entry = cache.getEntry(id, key -> store.find(key).orElse(null));
    CacheHeaders.put(context, entry);
    User user = entry.value();
    if (user == null) {
      throw ApiError.notFound("there is no user " + id);
    }
    context.json(user);
  }

  private void put(Context context) throws Exception {
    long id = id(context);
    Fields fields = Bodies.json(context);
    User saved =
        store.save(id, fields.required("name", MAX_NAME), fields.optional("plan", MAX_PLAN));
    cache.invalidate(id);
    context.json(saved);
  }

  private void delete(Context context) throws Exception {
    long id = id(context);
    store.delete(id);
    cache.invalidate(id);
    context.status(204);
  }

  private void clear(Context context) {
    cache.clear();
    context.status(204);
  }

  private static long id(Context context) {
    String text = context.pathParam("id");
    if (!ID.matcher(text).matches()) {
      throw ApiError.badRequest("a user's id is a whole number from 1 to 999999999999999999");
    }
    return Long.parseLong(text);
  }
}
