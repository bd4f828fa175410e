package app.galion.reference;

import app.galion.cache.Entry;
import app.galion.cache.TieredCache;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.List;
import java.util.Locale;

/** Search by name, cached for as long as a result may lag behind. */
final class SearchRoute {

  private static final int MAX_QUERY = 200;
  private static final char UNDECODABLE = '\uFFFD';

  private final UserStore store;
  private final TieredCache<String, Results> cache;

  SearchRoute(UserStore store, TieredCache<String, Results> cache) {
    this.store = store;
    this.cache = cache;
  }

  /** What was found. */
  record Results(String query, List<User> results) {}

  void install(RoutesConfig routes, Limits limits) {
    WebServer.get(routes, "/api/v1/search", limits.by(limits.search, this::search));
  }

  private void search(Context context) {
    String query = context.queryParam("q");
    if (query == null || query.isBlank() || query.length() > MAX_QUERY) {
      throw ApiError.badRequest("'q' must have 1 to " + MAX_QUERY + " characters");
    }
    if (query.indexOf('\0') >= 0 || query.indexOf(UNDECODABLE) >= 0) {
      throw ApiError.badRequest("'q' has characters that are no text");
    }
    String wanted = query.strip().toLowerCase(Locale.ROOT);
    Entry<Results> entry = cache.getEntry(wanted, key -> new Results(key, store.search(key)));
    CacheHeaders.put(context, entry);
    context.json(java.util.Objects.requireNonNull(entry.value(), "results"));
  }
}
