package app.galion.reference;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.pool.HikariPool;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLTransientConnectionException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** The embedded database, or the given one: its schema, its first rows and each node's pool. */
final class Database implements AutoCloseable {

  static final int SEEDED_USERS = 1000;

  /* A request that waits holds a thread, and a database that is away must not hold them all. */
  private static final Duration REQUEST_PATIENCE = Duration.ofSeconds(1);
  private static final int POOL_SIZE = 20;
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final int SCHEMA_ATTEMPTS = 5;
  private static final AtomicLong COUNTER = new AtomicLong();

  private static final String[] SCHEMA = {
    "CREATE TABLE IF NOT EXISTS galion_users (id BIGINT PRIMARY KEY, name VARCHAR(200) NOT NULL,"
        + " plan VARCHAR(50) NOT NULL, version BIGINT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS galion_jobs (id BIGINT PRIMARY KEY, title VARCHAR(200) NOT NULL,"
        + " status VARCHAR(20) NOT NULL, open_to_all BOOLEAN NOT NULL)",
  };

  private final String url;
  private final @Nullable Connection keepsEmbeddedAlive;

  private Database(String url, @Nullable Connection keepsEmbeddedAlive) {
    this.url = url;
    this.keepsEmbeddedAlive = keepsEmbeddedAlive;
  }

  static Database open(@Nullable String givenUrl) {
    try {
      if (givenUrl == null) {
        String url = "jdbc:h2:mem:galion-" + COUNTER.incrementAndGet() + ";MODE=PostgreSQL";
        Database embedded = new Database(url, DriverManager.getConnection(url));
        embedded.prepare();
        return embedded;
      }
      DriverManager.setLoginTimeout((int) PATIENCE.toSeconds());
      Database given = new Database(givenUrl, null);
      given.prepare();
      return given;
    } catch (SQLException e) {
      throw new StartFailure(
          "--database "
              + Uris.masked(String.valueOf(givenUrl))
              + " cannot be used: "
              + Uris.masked(String.valueOf(e.getMessage())));
    }
  }

  /* Several processes may create the same tables at once, which PostgreSQL answers with an error. */
  private void prepare() throws SQLException {
    for (int attempt = 1; ; attempt++) {
      try (Connection connection = DriverManager.getConnection(url)) {
        createSchema(connection);
        seed(connection);
        return;
      } catch (SQLException e) {
        boolean connected = e.getSQLState() != null && !e.getSQLState().startsWith("08");
        if (!connected || attempt == SCHEMA_ATTEMPTS) {
          throw e;
        }
      }
    }
  }

  private static void createSchema(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (String table : SCHEMA) {
        statement.execute(table);
      }
    }
  }

  private static void seed(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT 1 FROM galion_users LIMIT 1")) {
      if (rows.next()) {
        return;
      }
    }
    connection.setAutoCommit(false);
    try (PreparedStatement insert =
        connection.prepareStatement(
            "INSERT INTO galion_users (id, name, plan, version) VALUES (?, ?, 'free', 1)"
                + " ON CONFLICT DO NOTHING")) {
      for (int id = 1; id <= SEEDED_USERS; id++) {
        insert.setLong(1, id);
        insert.setString(2, "User " + id);
        insert.addBatch();
      }
      insert.executeBatch();
    }
    try (PreparedStatement insert =
        connection.prepareStatement(
            "INSERT INTO galion_jobs (id, title, status, open_to_all) VALUES (?, ?, ?, ?)"
                + " ON CONFLICT DO NOTHING")) {
      for (int id = 1; id <= 20; id++) {
        insert.setLong(1, id);
        insert.setString(2, "Job " + id);
        insert.setString(3, id % 5 == 0 ? "done" : "open");
        insert.setBoolean(4, id % 2 == 0);
        insert.addBatch();
      }
      insert.executeBatch();
    }
    connection.commit();
  }

  /** Opens a node's own pool. */
  HikariDataSource pool(String node) {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(url);
    config.setPoolName("galion-reference-" + node + "-database");
    config.setMaximumPoolSize(POOL_SIZE);
    config.setMinimumIdle(2);
    config.setConnectionTimeout(REQUEST_PATIENCE.toMillis());
    config.setInitializationFailTimeout(PATIENCE.toMillis());
    try {
      return new HikariDataSource(config);
    } catch (HikariPool.PoolInitializationException e) {
      throw new StartFailure(
          "--database " + Uris.masked(url) + " cannot be used: " + e.getMessage());
    }
  }

  /** Whether it could not be reached or was shutting down, as opposed to a bad statement. */
  static boolean isAway(SQLException error) {
    String state = error.getSQLState();
    return error instanceof SQLTransientConnectionException
        || error instanceof SQLNonTransientConnectionException
        || (state != null && (state.startsWith("08") || state.startsWith("57P")));
  }

  @Override
  public void close() {
    if (keepsEmbeddedAlive != null) {
      try {
        keepsEmbeddedAlive.close();
      } catch (SQLException e) {
        throw new IllegalStateException("the embedded database does not close", e);
      }
    }
  }

  /** What a query makes of one row. */
  interface RowReader<T> {
    T read(ResultSet row) throws SQLException;
  }

  static <T> List<T> query(
      Connection connection, String sql, RowReader<T> reader, @Nullable Object... parameters)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      bind(statement, parameters);
      List<T> rows = new ArrayList<>();
      try (ResultSet result = statement.executeQuery()) {
        while (result.next()) {
          rows.add(reader.read(result));
        }
      }
      return rows;
    }
  }

  static int update(Connection connection, String sql, @Nullable Object... parameters)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      bind(statement, parameters);
      return statement.executeUpdate();
    }
  }

  private static void bind(PreparedStatement statement, @Nullable Object... parameters)
      throws SQLException {
    for (int i = 0; i < parameters.length; i++) {
      if (parameters[i] == null) {
        statement.setNull(i + 1, java.sql.Types.VARCHAR);
      } else {
        statement.setObject(i + 1, parameters[i]);
      }
    }
  }
}
