package app.galion.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import app.galion.spi.Ticker;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FaultProxyTest {

  private static final Duration SOON = Duration.ofSeconds(10);
  private static final int SILENCE_MILLIS = 150;

  private ServerSocket server;
  private FaultProxy proxy;

  @BeforeEach
  void open() throws IOException {
    server = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
    server.setSoTimeout(10_000);
    proxy = FaultProxy.to("127.0.0.1", server.getLocalPort());
  }

  @AfterEach
  void close() throws IOException {
    proxy.close();
    server.close();
  }

  /** Both ends of a connection through the proxy. */
  private record Pair(Socket caller, Socket served) implements AutoCloseable {
    void ask(String text) throws IOException {
      caller.getOutputStream().write(text.getBytes("US-ASCII"));
    }

    void answer(String text) throws IOException {
      served.getOutputStream().write(text.getBytes("US-ASCII"));
    }

    @Override
    public void close() throws IOException {
      caller.close();
      served.close();
    }
  }

  private Socket connect() throws IOException {
    Socket caller = new Socket("127.0.0.1", proxy.port());
    caller.setSoTimeout(10_000);
    return caller;
  }

  private Pair pair() throws IOException {
    Socket caller = connect();
    Socket served = server.accept();
    served.setSoTimeout(10_000);
    return new Pair(caller, served);
  }

  private static String read(Socket socket, int bytes) throws IOException {
    return new String(socket.getInputStream().readNBytes(bytes), "US-ASCII");
  }

  private static void assertSilent(Socket socket) throws IOException {
    socket.setSoTimeout(SILENCE_MILLIS);
    assertThatThrownBy(() -> socket.getInputStream().read())
        .isInstanceOf(SocketTimeoutException.class);
    socket.setSoTimeout(10_000);
  }

  private void assertWorks() throws IOException {
    try (Pair fresh = pair()) {
      fresh.ask("ping");
      assertThat(read(fresh.served, 4)).isEqualTo("ping");
      fresh.answer("pong");
      assertThat(read(fresh.caller, 4)).isEqualTo("pong");
    }
  }

  @Test
  void passesBytesBothWaysAndTheEndOfEach() throws IOException {
    try (Pair pair = pair()) {
      pair.ask("hello");
      pair.caller.shutdownOutput();
      assertThat(read(pair.served, 99)).isEqualTo("hello");
      pair.answer("world");
      pair.served.shutdownOutput();
      assertThat(read(pair.caller, 99)).isEqualTo("world");
    }
    Await.until("the connection is forgotten", SOON, () -> proxy.connections() == 0);
  }

  @Test
  void passesMegabytesUnchangedToASlowReader() throws Exception {
    byte[] sent = new byte[5_000_000];
    new java.util.Random(7).nextBytes(sent);
    try (Pair pair = pair()) {
      Thread writer =
          new Thread(
              () -> {
                try {
                  pair.served.getOutputStream().write(sent);
                  pair.served.shutdownOutput();
                } catch (IOException e) {
                  throw new java.io.UncheckedIOException(e);
                }
              });
      writer.start();
      Await.until("the writer waits", SOON, () -> pair.caller.getInputStream().available() > 0);
      assertThat(pair.caller.getInputStream().readAllBytes()).isEqualTo(sent);
      writer.join();
    }
  }

  @Test
  void delaysEachDirectionOnceHoweverManyBytesAreOnTheWay() throws IOException {
    proxy.delay(Duration.ofMillis(500));
    try (Pair pair = pair()) {
      long start = Ticker.system().read();
      for (int i = 0; i < 20; i++) {
        pair.ask("x");
        LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
      }
      assertThat(read(pair.served, 20)).hasSize(20);
      Duration took = Duration.ofNanos(Ticker.system().read() - start);
      assertThat(took).isBetween(Duration.ofMillis(500), Duration.ofSeconds(9));
    }
  }

  @Test
  void healingDeliversAtOnceWhatWasDelayed() throws IOException {
    proxy.delay(Duration.ofHours(1));
    try (Pair pair = pair()) {
      pair.ask("late");
      assertSilent(pair.served);
      proxy.heal();
      assertThat(read(pair.served, 4)).isEqualTo("late");
    }
  }

  @Test
  void limitsTheBandwidth() throws IOException {
    proxy.bandwidth(20_000);
    try (Pair pair = pair()) {
      long start = Ticker.system().read();
      pair.ask("x".repeat(10_000));
      assertThat(read(pair.served, 10_000)).hasSize(10_000);
      Duration took = Duration.ofNanos(Ticker.system().read() - start);
      assertThat(took).isBetween(Duration.ofMillis(450), Duration.ofSeconds(5));
    }
  }

  @Test
  void losesBytesOfBothDirectionsWhileConnectionsStayOpen() throws IOException {
    try (Pair pair = pair()) {
      proxy.dropSilently();
      pair.ask("lost");
      pair.answer("lost");
      assertSilent(pair.served);
      assertSilent(pair.caller);
      assertThat(proxy.connections()).isEqualTo(1);
    }
  }

  @Test
  void aConnectionThatLostBytesStaysSilentAfterHealingAndOneThatLostNoneGoesOn()
      throws IOException {
    try (Pair holed = pair();
        Pair idle = pair()) {
      proxy.dropSilently();
      holed.ask("lost");
      assertSilent(holed.served);
      proxy.heal();
      holed.ask("behind the hole");
      assertSilent(holed.served);
      idle.ask("whole");
      assertThat(read(idle.served, 5)).isEqualTo("whole");
      assertWorks();
    }
  }

  @Test
  void acceptsWhileDroppingButTheServerNeverHearsOfIt() throws IOException {
    proxy.dropSilently();
    try (Socket caller = connect()) {
      assertSilent(caller);
      server.setSoTimeout(SILENCE_MILLIS);
      assertThatThrownBy(server::accept).isInstanceOf(SocketTimeoutException.class);
      server.setSoTimeout(10_000);
      proxy.heal();
      assertWorks();
    }
  }

  @Test
  void hidesTheEndOfACallerUntilHealed() throws IOException {
    try (Pair pair = pair()) {
      proxy.dropSilently();
      pair.caller.close();
      assertSilent(pair.served);
      proxy.heal();
      assertThat(pair.served.getInputStream().read()).isEqualTo(-1);
      Await.until("it is forgotten", SOON, () -> proxy.connections() == 0);
    }
  }

  @Test
  void cutsOnlyTheWayToTheServer() throws IOException {
    try (Pair pair = pair()) {
      proxy.cut(FaultProxy.Direction.TO_SERVER);
      pair.ask("lost");
      pair.answer("news");
      assertThat(read(pair.caller, 4)).isEqualTo("news");
      assertSilent(pair.served);
    }
  }

  @Test
  void cutsOnlyTheWayToTheClient() throws IOException {
    proxy.cut(FaultProxy.Direction.TO_CLIENT);
    try (Pair pair = pair()) {
      pair.ask("done");
      assertThat(read(pair.served, 4)).isEqualTo("done");
      pair.answer("lost");
      assertSilent(pair.caller);
    }
  }

  @Test
  void resetsOpenConnections() throws IOException {
    try (Pair pair = pair()) {
      proxy.reset();
      for (Socket end : List.of(pair.caller, pair.served)) {
        assertThatThrownBy(() -> end.getInputStream().read())
            .isInstanceOf(SocketException.class)
            .hasMessageContaining("reset");
      }
      assertThat(proxy.connections()).isZero();
      assertWorks();
    }
  }

  @Test
  void passesOnThatTheServerResetTheConnection() throws IOException {
    try (Pair pair = pair()) {
      pair.served.setSoLinger(true, 0);
      pair.served.close();
      assertThatThrownBy(() -> pair.caller.getInputStream().read())
          .isInstanceOf(SocketException.class)
          .hasMessageContaining("reset");
    }
  }

  @Test
  void closesOpenConnectionsInPeace() throws IOException {
    try (Pair pair = pair()) {
      proxy.closeConnections();
      assertThat(pair.caller.getInputStream().read()).isEqualTo(-1);
      assertThat(pair.served.getInputStream().read()).isEqualTo(-1);
      assertWorks();
    }
  }

  @Test
  void refusesNewConnectionsWhileOpenOnesGoOn() throws IOException {
    try (Pair pair = pair()) {
      proxy.refuse();
      assertThatThrownBy(this::connect).isInstanceOf(ConnectException.class);
      pair.ask("still");
      assertThat(read(pair.served, 5)).isEqualTo("still");
      proxy.heal();
      assertWorks();
    }
  }

  @Test
  void resetsACallerWhoseServerDoesNotRun() throws IOException {
    server.close();
    try (Socket caller = connect()) {
      assertThatThrownBy(() -> caller.getInputStream().read()).isInstanceOf(SocketException.class);
    }
  }

  @Test
  void closesEverythingAndEndsItsThread() throws IOException {
    String thread = "galion-testkit-proxy-" + proxy.port();
    try (Pair pair = pair()) {
      proxy.close();
      proxy.close();
      assertThat(pair.caller.getInputStream().read()).isEqualTo(-1);
      assertThatThrownBy(this::connect).isInstanceOf(ConnectException.class);
      assertThat(Thread.getAllStackTraces().keySet())
          .extracting(Thread::getName)
          .doesNotContain(thread);
      assertThat(proxy.connections()).isZero();
      assertThatIllegalStateException()
          .isThrownBy(() -> proxy.heal())
          .withMessageContaining("is closed");
    }
  }

  @Test
  void namesTheArgumentThatIsWrong() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> FaultProxy.to("127.0.0.1", 0))
        .withMessageContaining("port 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> proxy.delay(Duration.ofMillis(-1)))
        .withMessageContaining("PT-0.001S");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> proxy.bandwidth(0))
        .withMessageContaining("bytesPerSecond 0");
  }

  @Test
  void aRealRedisGetsNoCommandAndGivesNoReplyUntilHealed() throws IOException {
    try (RedisServer redis = RedisServer.startOwn();
        FaultProxy line = FaultProxy.to(redis.host(), redis.port())) {
      RedisAddress through = RedisAddress.of("redis://" + line.address());
      Duration patience = Duration.ofSeconds(2);
      try (RespClient client = RespClient.connect(through, patience)) {
        assertThat(client.call(List.of("SET", "k", "before"))).isEqualTo("OK");
        line.dropSilently();
        assertThatThrownBy(() -> client.call(List.of("SET", "k", "lost")))
            .isInstanceOf(SocketTimeoutException.class);
      }
      assertThat(redis.command("GET", "k")).isEqualTo("before");
      line.heal();
      try (RespClient client = RespClient.connect(through, SOON)) {
        assertThat(client.call(List.of("GET", "k"))).isEqualTo("before");
      }
      line.cut(FaultProxy.Direction.TO_CLIENT);
      assertThatThrownBy(() -> RespClient.connect(through, patience).call(List.of("INCR", "n")))
          .isInstanceOf(SocketTimeoutException.class);
      assertThat(redis.command("GET", "n")).as("done, though nobody heard").isEqualTo("1");
    }
  }
}
