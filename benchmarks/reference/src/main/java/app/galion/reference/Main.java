package app.galion.reference;

import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Starts the reference API, and drains it when the process is asked to end. */
public final class Main {

  private static final int UNFORESEEN = 1;
  private static final int BAD_START = 2;
  /* Silent until all is ready. References of our own, or the loggers and their levels may be collected. */
  private static final List<Logger> LOGS =
      Stream.of("app.galion", "io.lettuce", "io.netty").map(Logger::getLogger).toList();

  private Main() {}

  /**
   * Starts it; returns when it is ready, and the process lives until it is told to end.
   *
   * @param arguments see {@code --help}
   */
  public static void main(String[] arguments) {
    System.setProperty("java.util.logging.SimpleFormatter.format", "%1$tT %4$s %3$s: %5$s%6$s%n");
    LOGS.forEach(log -> log.setLevel(Level.OFF));
    AtomicReference<@Nullable Reference> started = new AtomicReference<>();
    Runtime.getRuntime().addShutdownHook(new Thread(() -> end(started), "galion-reference-end"));
    try {
      Options options = Options.parse(System.getenv(), arguments);
      if (options.help) {
        System.out.print(Options.usage());
        return;
      }
      Reference reference = new Reference(options);
      started.set(reference);
      reference.start();
      LOGS.forEach(log -> log.setLevel(Level.WARNING));
      System.out.println(reference.readyLine());
    } catch (StartFailure e) {
      giveUp(started, BAD_START, String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      giveUp(started, UNFORESEEN, new StartFailure("cannot start: " + e).getMessage());
    }
  }

  private static void giveUp(
      AtomicReference<@Nullable Reference> started, int status, @Nullable String why) {
    System.err.println("galion-reference: " + why);
    closeWhatStarted(started);
    Runtime.getRuntime().halt(status);
  }

  /* A JVM that ends by a signal reports 128 + the signal; only halt lets a drained one report 0. */
  private static void end(AtomicReference<@Nullable Reference> started) {
    closeWhatStarted(started);
    System.out.flush();
    Runtime.getRuntime().halt(0);
  }

  private static void closeWhatStarted(AtomicReference<@Nullable Reference> started) {
    Reference reference = started.getAndSet(null);
    if (reference != null) {
      reference.close();
    }
  }
}
