package app.galion.testkit;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.PushbackInputStream;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * OpenAI's chat and transcriptions and ElevenLabs' speech on a loopback port, with faults on
 * demand. The answers are functions of the request. Faults are queued by this class or over HTTP:
 * {@code PUT /_control/openai-chat} with {@code {"faults":[{"status":503,"times":3}]}}, {@code
 * DELETE} to clear, {@code GET /_control} for what was seen. A fault's body may be a JSON object or
 * a string; its other fields are {@code headers}, {@code delay_ms}, {@code stall_after_bytes} and
 * {@code cut_after_bytes}.
 *
 * <p>Safe for use by several threads. One daemon thread a connection.
 */
public final class VendorSimulator implements AutoCloseable {

  private static final System.Logger LOG = System.getLogger(VendorSimulator.class.getName());
  private static final int BACKLOG = 512;

  private final ServerSocket server;
  private final Map<Vendor, SimulatedVendor> vendors = new EnumMap<>(Vendor.class);
  private final VendorControl control = new VendorControl(vendors);
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final ExecutorService connections;

  private VendorSimulator(ServerSocket server) {
    this.server = server;
    for (Vendor vendor : Vendor.values()) {
      vendors.put(vendor, new SimulatedVendor(vendor));
    }
    String name = "galion-testkit-vendors-" + server.getLocalPort();
    this.connections =
        Executors.newCachedThreadPool(
            task -> {
              Thread thread = new Thread(task, name);
              thread.setDaemon(true);
              return thread;
            });
  }

  /**
   * Starts on a free port.
   *
   * @return a running simulator
   */
  public static VendorSimulator start() {
    return start(0);
  }

  /**
   * Starts on a port of the loopback.
   *
   * @param port 0 for a free one
   * @return a running simulator
   * @throws UncheckedIOException if the port is taken
   */
  public static VendorSimulator start(int port) {
    try {
      byte[] loopback = {127, 0, 0, 1};
      return start(new InetSocketAddress(InetAddress.getByAddress(loopback), port));
    } catch (UnknownHostException e) {
      throw new IllegalStateException("four bytes are an address", e);
    }
  }

  /**
   * Starts on an address, such as the wildcard in a container of its own. It lets everybody who
   * reaches it queue faults.
   *
   * @param address where to listen
   * @return a running simulator
   * @throws UncheckedIOException if the port is taken
   */
  public static VendorSimulator start(InetSocketAddress address) {
    int port = address.getPort();
    try {
      VendorSimulator simulator =
          new VendorSimulator(new ServerSocket(port, BACKLOG, address.getAddress()));
      simulator.connections.execute(simulator::accept);
      return simulator;
    } catch (IOException e) {
      throw new UncheckedIOException(
          "the vendor simulator cannot listen on port " + port + ": " + e.getMessage(), e);
    }
  }

  /**
   * Returns the port.
   *
   * @return the port it listens on
   */
  public int port() {
    return server.getLocalPort();
  }

  /**
   * Returns the base for requests; OpenAI's SDKs want {@code /v1} behind it.
   *
   * @return for example {@code http://127.0.0.1:8090}
   */
  public URI uri() {
    return URI.create("http://127.0.0.1:" + port());
  }

  /**
   * Queues faults behind those that are queued.
   *
   * @param vendor whom they befall
   * @param faults in the order of the calls that they befall
   */
  public void faults(Vendor vendor, VendorFault... faults) {
    of(vendor).queue(Arrays.asList(faults));
  }

  /**
   * Forgets a vendor's faults and ends its stalls.
   *
   * @param vendor whose
   */
  public void clear(Vendor vendor) {
    of(vendor).clear();
  }

  /**
   * Tells what a vendor has seen.
   *
   * @param vendor whose
   * @return the counts since the start
   */
  public VendorCounts counts(Vendor vendor) {
    return of(vendor).counts();
  }

  private SimulatedVendor of(Vendor vendor) {
    return Objects.requireNonNull(vendors.get(vendor), "vendor");
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket socket = server.accept();
        open.add(socket);
        if (server.isClosed()) {
          socket.close();
          return;
        }
        connections.execute(() -> serve(socket));
      } catch (IOException e) {
        if (!server.isClosed()) {
          LOG.log(Level.WARNING, "the vendor simulator cannot accept a connection", e);
        }
      }
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      socket.setTcpNoDelay(true);
      PushbackInputStream in =
          new PushbackInputStream(new BufferedInputStream(socket.getInputStream()));
      WireRequest request = WireRequest.read(in);
      while (request != null && answer(socket, in, request) && request.keepsAlive()) {
        request = WireRequest.read(in);
      }
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "a caller left: {0}", e.getMessage());
    } finally {
      open.remove(socket);
    }
  }

  private boolean answer(Socket socket, PushbackInputStream in, WireRequest request)
      throws IOException {
    Vendor vendor = Vendor.ofPath(request.path());
    if (vendor == null) {
      return new WireExchange(socket, in, bytes -> {})
          .answer(control.answer(request), VendorFault.none(), () -> true);
    }
    return of(vendor).answer(socket, in, request);
  }

  /** Closes the port and every connection. */
  @Override
  public void close() {
    try {
      server.close();
      for (Socket socket : open) {
        socket.close();
      }
    } catch (IOException e) {
      LOG.log(Level.WARNING, "cannot close " + this, e);
    }
    vendors.values().forEach(SimulatedVendor::clear);
    connections.shutdown();
  }

  @Override
  public String toString() {
    return "vendor simulator at " + uri();
  }
}
