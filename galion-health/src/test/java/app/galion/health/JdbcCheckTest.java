package app.galion.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.net.ConnectException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class JdbcCheckTest {

  private final List<String> calls = new ArrayList<>();
  private boolean valid = true;
  private @Nullable SQLException refusal;

  private Object onConnection(Object proxy, java.lang.reflect.Method method, Object[] args) {
    calls.add(method.getName() + (args == null ? "" : List.of(args)));
    return method.getName().equals("isValid") ? valid : proxy;
  }

  private DataSource source() {
    Object connection =
        Proxy.newProxyInstance(
            getClass().getClassLoader(), new Class<?>[] {Connection.class}, this::onConnection);
    return (DataSource)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {DataSource.class},
            (proxy, method, args) -> {
              if (refusal != null) {
                throw refusal;
              }
              return connection;
            });
  }

  private CheckResult check() throws Exception {
    return Checks.jdbc(source()).check(Duration.ofSeconds(2));
  }

  private CheckResult check(SQLException thrown) throws Exception {
    refusal = thrown;
    return check();
  }

  @Test
  void borrowsValidatesUnderTheDeadlineAndGivesBack() throws Exception {
    assertThat(check()).isEqualTo(CheckResult.up());
    assertThat(calls).containsExactly("isValid[2]", "close");
  }

  @Test
  void anInvalidConnectionIsDownAndGivenBack() throws Exception {
    valid = false;
    assertThat(check().code()).isEqualTo(ErrorCode.REFUSED);
    assertThat(calls).endsWith("close");
  }

  @Test
  void anExhaustedPoolDegrades() throws Exception {
    CheckResult busy = check(new SQLTransientConnectionException("no connection after 250 ms"));
    assertThat(busy.failure()).isFalse();
    assertThat(busy.code()).isEqualTo(ErrorCode.POOL_EXHAUSTED);
    assertThat(check(new SQLException("too many clients", "53300")).code())
        .isEqualTo(ErrorCode.POOL_EXHAUSTED);
  }

  @Test
  void aPoolThatCannotConnectIsDownForTheReasonBeneath() throws Exception {
    SQLException beneath = new SQLException("password is wrong", "28P01");
    CheckResult result = check(new SQLTransientConnectionException("timed out", beneath));
    assertThat(result.failure()).isTrue();
    assertThat(result.code()).isEqualTo(ErrorCode.AUTH);
  }

  @Test
  void sqlStatesHaveTheirCodes() throws Exception {
    assertThat(check(new SQLException("starting up", "57P03")).code()).isEqualTo(ErrorCode.LOADING);
    assertThat(check(new SQLException("gone", "08006")).code()).isEqualTo(ErrorCode.REFUSED);
    assertThat(check(new SQLException("odd", "XX000")).code()).isEqualTo(ErrorCode.FAILED);
    assertThat(check(new SQLException("io", new ConnectException("refused"))).code())
        .isEqualTo(ErrorCode.REFUSED);
  }

  @Test
  void isSharedUnlessSaidOtherwise() {
    ManualEngine manual =
        ManualEngine.started(
            builder -> builder.check("database", Checks.jdbc(source()), Impact.CRITICAL));
    assertThat(manual.view("database").scope()).isEqualTo(Scope.SHARED);
    assertThat(manual.engine.snapshot().ready()).isTrue();
  }
}
