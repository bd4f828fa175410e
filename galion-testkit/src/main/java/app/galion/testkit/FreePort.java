package app.galion.testkit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/*
 * Ports come from below the range that systems take for outgoing connections. A server that dies and
 * comes back on its port would otherwise find it taken now and then: by somebody's outgoing connection,
 * or by a reconnecting client that was given the dead server's own port and met itself.
 */
final class FreePort {

  private static final int FIRST = 12_000;
  private static final int COUNT = 20_000;
  private static final byte[] LOOPBACK = {127, 0, 0, 1};
  private static final AtomicInteger NEXT =
      new AtomicInteger(ThreadLocalRandom.current().nextInt(COUNT));

  private FreePort() {}

  static int next() {
    for (int tried = 0; tried < COUNT; tried++) {
      int port = FIRST + Math.floorMod(NEXT.getAndIncrement(), COUNT);
      if (isFree(port)) {
        return port;
      }
    }
    throw new IllegalStateException(
        "no free port between " + FIRST + " and " + (FIRST + COUNT - 1) + " on the loopback");
  }

  private static boolean isFree(int port) {
    try (ServerSocket probe = new ServerSocket(port, 1, InetAddress.getByAddress(LOOPBACK))) {
      return probe.isBound();
    } catch (IOException e) {
      return false;
    }
  }
}
