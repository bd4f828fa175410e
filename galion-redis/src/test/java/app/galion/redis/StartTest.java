package app.galion.redis;

import static app.galion.redis.FaultTest.CLOCK;
import static app.galion.redis.FaultTest.LONG;
import static app.galion.redis.FaultTest.SECOND;
import static app.galion.redis.FaultTest.failure;
import static app.galion.redis.FaultTest.millisSince;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import app.galion.redis.RedisUnavailableException.Reason;
import app.galion.testkit.Await;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a link does where there is no server, or it is told what cannot be. */
class StartTest {

  @Test
  void waitsInTheBackgroundForAServerThatIsNotThere() throws Exception {
    long from = CLOCK.read();
    /* bound but not listening: refused, and nobody else's meanwhile */
    try (Socket bound = new Socket();
        RedisLink lonely = RedisLink.builder("lonely", refusing(bound)).build()) {
      assertThat(millisSince(from)).as("build does not block").isLessThan(LONG.toMillis());
      assertThat(lonely.awaitAvailable(Duration.ofMillis(300))).isFalse();
      assertThat(failure(lonely.command("PING", List.of(), SECOND)))
          .hasMessageContaining("Connection refused");
      assertThat(lonely.epoch()).isZero();
      assertThat(lonely.serverMicros()).isZero();
      from = CLOCK.read();
    }
    assertThat(millisSince(from)).as("close does not hang").isLessThan(LONG.toMillis());
  }

  private static String refusing(Socket bound) throws IOException {
    bound.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    return "redis://127.0.0.1:" + bound.getLocalPort();
  }

  @Test
  void givesUpOnAServerThatAcceptsAndSaysNothing() throws Exception {
    try (ServerSocket mute = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        RedisLink lonely =
            RedisLink.builder("mute", "redis://127.0.0.1:" + mute.getLocalPort())
                .connectTimeout(Duration.ofMillis(200))
                .build()) {
      Await.until(
          "an attempt given up", LONG, () -> lonely.health().details().containsKey("trouble"));
      assertThat(failure(lonely.command("PING", List.of(), SECOND)).reason())
          .isEqualTo(Reason.DISCONNECTED);
    }
  }

  @Test
  void rejectsWhatCannotBeBuilt() {
    assertThatThrownBy(() -> RedisLink.builder("a b", "redis://localhost"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("a b");
    assertThatThrownBy(() -> RedisLink.builder("a", "http://u:secret@localhost"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("address 1 of 1 is malformed")
        .hasMessageNotContaining("secret");
    assertThatThrownBy(
            () -> RedisLink.builder("a", "redis://localhost").suspectAfter(Duration.ZERO))
        .hasMessageContaining("suspectAfter PT0S");
    assertThatThrownBy(() -> RedisLink.builder("a", "redis://localhost").maxInFlight(0))
        .hasMessageContaining("maxInFlight 0");
  }
}
