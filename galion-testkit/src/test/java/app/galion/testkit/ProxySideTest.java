package app.galion.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import app.galion.spi.Ticker;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A connection that subscribes and one that does not, through one proxy to one Redis. */
class ProxySideTest {

  private static final Duration SOON = Duration.ofSeconds(10);
  private static final String PING = "*1\r\n$4\r\nPING\r\n";
  private static final String SUBSCRIBE = "*2\r\n$9\r\nsubscribe\r\n$1\r\nc\r\n";

  private RedisServer server;
  private FaultProxy proxy;
  private Socket commands;
  private Socket subscriber;

  @BeforeEach
  void connect() throws IOException {
    server = RedisServer.startOwn();
    proxy = FaultProxy.to(server.host(), server.port());
    commands = new Socket("127.0.0.1", proxy.port());
    subscriber = new Socket("127.0.0.1", proxy.port());
    commands.setSoTimeout(10_000);
    subscriber.setSoTimeout(10_000);
    assertThat(ask(commands, PING)).startsWith("+PONG");
    assertThat(ask(subscriber, SUBSCRIBE)).contains("subscribe");
  }

  @AfterEach
  void close() throws IOException {
    commands.close();
    subscriber.close();
    proxy.close();
    server.close();
  }

  private static String ask(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    return next(socket);
  }

  private static String next(Socket socket) throws IOException {
    byte[] bytes = new byte[1000];
    int read = socket.getInputStream().read(bytes);
    return read < 0 ? "end" : new String(bytes, 0, read, StandardCharsets.US_ASCII);
  }

  @Test
  void tellsConnectionsThatSubscribeFromOthers() {
    assertThat(proxy.commands().connections()).isEqualTo(1);
    assertThat(proxy.subscribers().connections()).isEqualTo(1);
    assertThat(proxy.connections()).isEqualTo(2);
  }

  @Test
  void losesWhatOneKindIsTold() throws IOException {
    proxy.subscribers().dropSilently();
    server.command("PUBLISH", "c", "lost");
    assertThat(ask(commands, PING)).startsWith("+PONG");
    subscriber.setSoTimeout(150);
    assertThatThrownBy(() -> next(subscriber)).isInstanceOf(SocketTimeoutException.class);

    proxy.subscribers().heal();
    proxy.commands().cut(FaultProxy.Direction.TO_CLIENT);
    commands.setSoTimeout(150);
    assertThatThrownBy(() -> ask(commands, PING)).isInstanceOf(SocketTimeoutException.class);
    try (Socket fresh = new Socket("127.0.0.1", proxy.port())) {
      fresh.setSoTimeout(10_000);
      assertThat(ask(fresh, SUBSCRIBE)).contains("subscribe");
    }
  }

  @Test
  void delaysOneKind() throws IOException {
    proxy.commands().delay(Duration.ofMillis(150));
    long start = Ticker.system().read();
    assertThat(ask(commands, PING)).startsWith("+PONG");
    assertThat(Ticker.system().read() - start)
        .isGreaterThanOrEqualTo(Duration.ofMillis(300).toNanos());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> proxy.subscribers().delay(Duration.ofMillis(-1)));
  }

  @Test
  void refusesNewSubscribersUntilHealed() throws IOException {
    proxy.subscribers().refuse();
    proxy.subscribers().closeConnections();
    assertThat(next(subscriber)).isEqualTo("end");
    try (Socket fresh = new Socket("127.0.0.1", proxy.port())) {
      fresh.setSoTimeout(10_000);
      assertThat(ask(fresh, PING)).startsWith("+PONG");
      assertThatThrownBy(() -> ask(fresh, SUBSCRIBE)).isInstanceOf(IOException.class);
    }
    assertThat(ask(commands, PING)).startsWith("+PONG");
    proxy.subscribers().heal();
    try (Socket fresh = new Socket("127.0.0.1", proxy.port())) {
      fresh.setSoTimeout(10_000);
      assertThat(ask(fresh, SUBSCRIBE)).contains("subscribe");
    }
  }

  @Test
  void resetsOneKindAndRefusesAllWhereCommandsAreRefused() throws IOException {
    proxy.commands().refuse();
    proxy.commands().reset();
    assertThatThrownBy(() -> next(commands)).isInstanceOf(IOException.class);
    Await.until("it is gone", SOON, () -> proxy.commands().connections() == 0);
    assertThat(proxy.subscribers().connections()).isEqualTo(1);
    try (Socket fresh = new Socket("127.0.0.1", proxy.port())) {
      fresh.setSoTimeout(10_000);
      assertThatThrownBy(() -> ask(fresh, SUBSCRIBE)).isInstanceOf(IOException.class);
    }
  }
}
