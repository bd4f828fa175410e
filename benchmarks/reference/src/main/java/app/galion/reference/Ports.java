package app.galion.reference;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;

/** Tells early, and in one line, what would not listen or would not answer. */
final class Ports {

  private static final int CONNECT_MILLIS = 3000;

  private Ports() {}

  static void requireFree(Options options) {
    requireFree(options, options.port, "console");
    for (int node = 1; node <= options.nodes; node++) {
      requireFree(options, options.nodePort(node), "node " + node);
    }
    requireFree(options, options.vendorsPort(), "vendors");
  }

  private static void requireFree(Options options, int port, String what) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getByName(options.bind), port));
    } catch (IOException e) {
      throw busy(options, port, what, e);
    }
  }

  static StartFailure busy(Options options, int port, String what, Exception cause) {
    return new StartFailure(
        "cannot listen on "
            + options.bind
            + ":"
            + port
            + " ("
            + what
            + "): "
            + cause.getMessage()
            + "; free it or choose another --port");
  }

  static void requireAnswer(URI url, String option) {
    InetSocketAddress address = new InetSocketAddress(url.getHost(), Uris.portOf(url));
    try (Socket socket = new Socket()) {
      if (address.isUnresolved()) {
        throw new IOException("unknown host");
      }
      socket.connect(address, CONNECT_MILLIS);
    } catch (IOException e) {
      throw new StartFailure(
          option + " " + Uris.masked(url.toString()) + " cannot be reached: " + e.getMessage());
    }
  }
}
