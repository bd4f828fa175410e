package app.galion.reference;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Users in the database. */
final class UserStore {

  static final String DEFAULT_PLAN = "free";
  private static final int FOUND_AT_MOST = 20;
  private static final String COLUMNS = "SELECT id, name, plan, version FROM galion_users";

  private static final Database.RowReader<User> USER =
      row -> new User(row.getLong(1), row.getString(2), row.getString(3), row.getLong(4));

  private final DataSource source;

  UserStore(DataSource source) {
    this.source = source;
  }

  Optional<User> find(long id) throws SQLException {
    return users(" WHERE id = ?", id).stream().findFirst();
  }

  List<User> search(String text) throws SQLException {
    String pattern = text.toLowerCase(Locale.ROOT).replaceAll("([\\\\%_])", "\\\\$1");
    return users(
        " WHERE lower(name) LIKE ? ESCAPE '\\' ORDER BY id LIMIT " + FOUND_AT_MOST,
        "%" + pattern + "%");
  }

  private List<User> users(String where, Object parameter) throws SQLException {
    try (Connection connection = source.getConnection()) {
      return Database.query(connection, COLUMNS + where, USER, parameter);
    }
  }

  /** Creates or changes a user and commits; an absent plan keeps the old one. */
  User save(long id, String name, @Nullable String plan) throws SQLException {
    try (Connection connection = source.getConnection()) {
      connection.setAutoCommit(false);
      try {
        int inserted =
            Database.update(
                connection,
                "INSERT INTO galion_users (id, name, plan, version) VALUES (?, ?, ?, 1)"
                    + " ON CONFLICT DO NOTHING",
                id,
                name,
                plan == null ? DEFAULT_PLAN : plan);
        if (inserted == 0) {
          Database.update(
              connection,
              "UPDATE galion_users SET name = ?, plan = COALESCE(?, plan), version = version + 1"
                  + " WHERE id = ?",
              name,
              plan,
              id);
        }
        User saved = Database.query(connection, COLUMNS + " WHERE id = ?", USER, id).get(0);
        connection.commit();
        return saved;
      } catch (SQLException | RuntimeException e) {
        connection.rollback();
        throw e;
      } finally {
        connection.setAutoCommit(true);
      }
    }
  }

  void delete(long id) throws SQLException {
    try (Connection connection = source.getConnection()) {
      Database.update(connection, "DELETE FROM galion_users WHERE id = ?", id);
    }
  }
}
