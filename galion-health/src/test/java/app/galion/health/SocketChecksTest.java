package app.galion.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** TCP and HTTP checks against sockets that misbehave. */
final class SocketChecksTest {

  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();
  private static final Duration PATIENT = Duration.ofSeconds(20);

  private final List<AutoCloseable> open = new ArrayList<>();

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable closeable : open) {
      closeable.close();
    }
  }

  private int listening(Consumer<Socket> treatment) throws IOException {
    ServerSocket server = new ServerSocket(0, 16, LOOPBACK);
    open.add(server);
    Thread acceptor =
        new Thread(
            () -> {
              while (!server.isClosed()) {
                try {
                  Socket socket = server.accept();
                  open.add(socket);
                  treatment.accept(socket);
                } catch (IOException closed) {
                  return;
                }
              }
            });
    acceptor.setDaemon(true);
    acceptor.start();
    return server.getLocalPort();
  }

  /** Bound, so that it is nobody else's meanwhile, but not listening. */
  private int refusing() throws IOException {
    Socket bound = new Socket();
    open.add(bound);
    bound.bind(new InetSocketAddress(LOOPBACK, 0));
    return bound.getLocalPort();
  }

  private static void reset(Socket socket) {
    try {
      socket.setSoLinger(true, 0);
      socket.close();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static CheckResult run(HealthCheck check) {
    return run(check, PATIENT);
  }

  private static CheckResult run(HealthCheck check, Duration deadline) {
    try {
      return check.check(deadline);
    } catch (Exception thrown) {
      return Failures.classify(thrown);
    }
  }

  private static CheckResult tcp(int port) {
    return run(Checks.tcp("127.0.0.1", port));
  }

  private static CheckResult http(int port) {
    return run(Checks.http(URI.create("http://127.0.0.1:" + port + "/")));
  }

  private int answering(int status) throws IOException {
    HttpServer server = HttpServer.create(new InetSocketAddress(LOOPBACK, 0), 0);
    server.createContext(
        "/",
        exchange -> {
          exchange.getResponseHeaders().set("Location", "/elsewhere");
          exchange.sendResponseHeaders(status, -1);
          exchange.close();
        });
    server.start();
    open.add(() -> server.stop(0));
    return server.getAddress().getPort();
  }

  @Test
  void tcpIsUpWhereSomebodyAccepts() throws Exception {
    assertThat(tcp(listening(socket -> {}))).isEqualTo(CheckResult.up());
  }

  @Test
  void tcpIsRefusedWhereNobodyListens() throws Exception {
    assertThat(tcp(refusing()).code()).isEqualTo(ErrorCode.REFUSED);
  }

  @Test
  void tcpToANameThatDoesNotResolveIsDns() {
    assertThat(run(Checks.tcp("no-such-host.invalid", 80)).code()).isEqualTo(ErrorCode.DNS);
  }

  @Test
  void httpIsUpAt2xxOnly() throws Exception {
    assertThat(http(answering(204))).isEqualTo(CheckResult.up());
    assertThat(http(answering(503)).code()).isEqualTo(ErrorCode.HTTP_STATUS);
    assertThat(http(answering(302)).code()).isEqualTo(ErrorCode.HTTP_STATUS);
  }

  @Test
  void httpTimesOutWhereSomebodyAcceptsAndNeverAnswers() throws Exception {
    URI silent = URI.create("http://127.0.0.1:" + listening(socket -> {}) + "/");
    assertThat(run(Checks.http(silent), Duration.ofMillis(300)).code())
        .isEqualTo(ErrorCode.TIMEOUT);
  }

  @Test
  void httpFailsWhereTheConnectionIsReset() throws Exception {
    assertThat(http(listening(SocketChecksTest::reset)).code()).isEqualTo(ErrorCode.REFUSED);
    assertThat(http(refusing()).code()).isEqualTo(ErrorCode.REFUSED);
  }

  @Test
  void nonsenseIsRefusedAtOnce() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Checks.tcp("x", 0))
        .withMessage("port 0 must be 1 to 65535");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Checks.http(URI.create("ftp://x/")))
        .withMessageContaining("must be an http or https URL");
    assertThatIllegalArgumentException().isThrownBy(() -> Checks.http(URI.create("/health")));
  }

  @Test
  void aUrlWithAPasswordIsRefusedWithoutShowingIt() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Checks.http(URI.create("http://admin:hunter2@x/")))
        .withMessageContaining("must not carry user:password")
        .withMessageNotContaining("hunter2");
  }
}
