package app.galion.reference;

import app.galion.testkit.VendorSimulator;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.concurrent.CountDownLatch;

/** The simulated vendors alone, for a stack in which they are a service of their own. */
public final class VendorsMain {

  private static final int PORT = 8090;

  private VendorsMain() {}

  /**
   * Listens on all addresses, until the process is told to end.
   *
   * @param arguments the port, 8090 if absent
   * @throws InterruptedException never
   */
  public static void main(String[] arguments) throws InterruptedException {
    Ending ending = new Ending();
    if (!ending.install()) {
      return;
    }
    try {
      int port = arguments.length == 0 ? PORT : Integer.parseInt(arguments[0]);
      VendorSimulator simulator = VendorSimulator.start(new InetSocketAddress(port));
      ending.closes(simulator);
      System.out.println("galion-reference vendors ready on port " + simulator.port());
      new CountDownLatch(1).await();
    } catch (UncheckedIOException | IllegalArgumentException e) {
      System.err.println("galion-reference: " + e.getMessage());
      Runtime.getRuntime().halt(2);
    }
  }
}
