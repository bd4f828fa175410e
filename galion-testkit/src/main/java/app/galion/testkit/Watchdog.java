package app.galion.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Ends servers when this JVM is killed, since a killed JVM runs no hook: one shell a JVM, which
 * knows the servers and waits for the end of its input. The operating system closes that with the
 * JVM, however it ended, and no other child holds it open.
 */
final class Watchdog {

  private static final System.Logger LOG = System.getLogger(Watchdog.class.getName());
  private static final String SCRIPT = "watchdog.sh";
  private static final Watchdog OF_THIS_JVM = new Watchdog();

  private @Nullable OutputStream shell;
  private boolean failed;

  private Watchdog() {}

  static void watch(Process server) {
    OF_THIS_JVM.tell("+ " + server.pid());
  }

  static void forget(Process server) {
    OF_THIS_JVM.tell("- " + server.pid());
  }

  private synchronized void tell(String line) {
    if (failed) {
      return;
    }
    try {
      OutputStream to = shell == null ? start() : shell;
      shell = to;
      to.write((line + "\n").getBytes(StandardCharsets.US_ASCII));
      to.flush();
    } catch (IOException e) {
      failed = true;
      LOG.log(Level.WARNING, "no watchdog: servers outlive this JVM if it is killed", e);
    }
  }

  private static OutputStream start() throws IOException {
    return new ProcessBuilder("sh", "-c", script())
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start()
        .getOutputStream();
  }

  private static String script() throws IOException {
    try (InputStream in =
        Objects.requireNonNull(Watchdog.class.getResourceAsStream(SCRIPT), SCRIPT)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
