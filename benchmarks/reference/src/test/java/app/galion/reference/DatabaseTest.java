package app.galion.reference;

import static app.galion.reference.RunningReference.caller;
import static org.assertj.core.api.Assertions.assertThat;

import app.galion.reference.RunningReference.Answer;
import java.sql.SQLException;
import org.h2.tools.Server;
import org.junit.jupiter.api.Test;

/** A database server of its own, which goes away. */
class DatabaseTest {

  @Test
  void whatNeedsADatabaseThatIsAwayIsA503AndCachedUsersStayReadable() throws SQLException {
    Server server = Server.createTcpServer("-tcpPort", "0", "-ifNotExists").start();
    String url = "jdbc:h2:tcp://127.0.0.1:" + server.getPort() + "/mem:away;DB_CLOSE_DELAY=-1";
    try (RunningReference api =
        RunningReference.start("--nodes", "1", "--database", url + ";MODE=PostgreSQL")) {
      String user = caller();
      api.get(1, "/api/v1/users/1").as(user).send();

      server.stop();

      Answer cached = api.get(1, "/api/v1/users/1").as(user).send();
      assertThat(cached.status()).isEqualTo(200);
      assertThat(cached.header("X-Cache")).isEqualTo("L1");
      for (Answer refused :
          new Answer[] {
            api.get(1, "/api/v1/users/2").as(user).send(),
            api.put(1, "/api/v1/users/1", "{\"name\":\"Ada\"}").as(user).send()
          }) {
        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.json().path("error").asText()).isEqualTo("database_unavailable");
        assertThat(refused.header("Retry-After")).isEqualTo("5");
        assertThat(refused.text()).doesNotContain("Exception", "h2");
      }
    } finally {
      server.stop();
    }
  }
}
