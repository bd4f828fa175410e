package app.galion.reference;

import app.galion.cache.Entry;
import app.galion.cache.TieredCache;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import javax.sql.DataSource;

/** The jobs that everybody may see. */
final class JobsRoute {

  private static final String ALL = "all";

  private final DataSource source;
  private final TieredCache<String, Jobs> cache;

  JobsRoute(DataSource source, TieredCache<String, Jobs> cache) {
    this.source = source;
    this.cache = cache;
  }

  /** A job. */
  record Job(long id, String title, String status) {}

  /** The list of them. */
  record Jobs(List<Job> jobs) {}

  void install(RoutesConfig routes, Limits limits) {
    WebServer.get(routes, "/api/v1/jobs/public", limits.by(limits.publicRead, this::list));
  }

  private void list(Context context) {
    Entry<Jobs> entry = cache.getEntry(ALL, key -> load());
    CacheHeaders.put(context, entry);
    context.json(Objects.requireNonNull(entry.value(), "jobs"));
  }

  private Jobs load() throws SQLException {
    try (Connection connection = source.getConnection()) {
      return new Jobs(
          Database.query(
              connection,
              "SELECT id, title, status FROM galion_jobs WHERE open_to_all ORDER BY id",
              row -> new Job(row.getLong(1), row.getString(2), row.getString(3))));
    }
  }
}
