package app.galion.health;

import static java.util.Objects.requireNonNull;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Borrows a connection, has the driver validate it, gives it back. */
final class JdbcCheck implements HealthCheck {

  private static final String CONNECTION = "08";
  private static final String AUTHORIZATION = "28";
  private static final String STARTING = "57P03";
  private static final String TOO_MANY = "53300";

  private final DataSource source;

  JdbcCheck(DataSource source) {
    this.source = requireNonNull(source, "source");
  }

  @Override
  public CheckResult check(Duration deadline) {
    try (Connection connection = source.getConnection()) {
      int seconds = (int) Math.max(1, deadline.toSeconds());
      return connection.isValid(seconds)
          ? CheckResult.up()
          : CheckResult.down(ErrorCode.REFUSED, "the connection is not valid");
    } catch (SQLException failed) {
      return classify(failed);
    }
  }

  /** A pool whose wait ran out names the reason as cause if it could not connect at all. */
  private static CheckResult classify(SQLException failed) {
    boolean exhausted =
        (failed instanceof SQLTransientConnectionException && failed.getCause() == null)
            || TOO_MANY.equals(failed.getSQLState());
    return exhausted
        ? CheckResult.degraded(ErrorCode.POOL_EXHAUSTED, Failures.describe(failed))
        : CheckResult.down(code(failed), Failures.describe(failed));
  }

  private static ErrorCode code(SQLException failed) {
    Throwable cause = failed;
    for (int depth = 0; cause != null && depth < 8; depth++) {
      if (cause instanceof SQLException sql) {
        ErrorCode code = byState(sql.getSQLState());
        if (code != null) {
          return code;
        }
      }
      cause = cause.getCause();
    }
    return Failures.code(failed);
  }

  private static @Nullable ErrorCode byState(@Nullable String state) {
    if (state == null) {
      return null;
    }
    if (state.equals(STARTING)) {
      return ErrorCode.LOADING;
    }
    if (state.startsWith(AUTHORIZATION)) {
      return ErrorCode.AUTH;
    }
    return state.startsWith(CONNECTION) ? ErrorCode.REFUSED : null;
  }

  @Override
  public void prefer(CheckOptions options) {
    options.scope(Scope.SHARED);
  }
}
