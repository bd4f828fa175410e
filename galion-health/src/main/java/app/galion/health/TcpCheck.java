package app.galion.health;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.time.Duration;

/** Opens a connection and closes it. */
final class TcpCheck implements HealthCheck {

  private final String host;
  private final int port;

  TcpCheck(String host, int port) {
    this.host = requireNonNull(host, "host");
    this.port = port;
    if (port < 1 || port > 65535) {
      throw new IllegalArgumentException("port " + port + " must be 1 to 65535");
    }
  }

  @Override
  public CheckResult check(Duration deadline) throws IOException {
    InetSocketAddress address = new InetSocketAddress(host, port);
    if (address.isUnresolved()) {
      throw new UnknownHostException(host);
    }
    try (Socket socket = new Socket()) {
      socket.connect(address, Millis.atLeastOne(deadline));
    }
    return CheckResult.up();
  }

  @Override
  public void prefer(CheckOptions options) {
    options.scope(Scope.SHARED);
  }
}
