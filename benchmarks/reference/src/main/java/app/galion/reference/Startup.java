package app.galion.reference;

import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** From the command line to the ready line, or to the line that says why not. */
final class Startup {

  private static final int UNFORESEEN = 1;
  private static final int BAD_START = 2;
  /* Silent until all is ready. References of our own, or the loggers and their levels may be collected. */
  private static final List<Logger> LOGS =
      Stream.of("app.galion", "io.lettuce", "io.netty").map(Logger::getLogger).toList();

  private final Ending ending;

  Startup(Ending ending) {
    this.ending = ending;
  }

  void run(String[] arguments) {
    System.setProperty("java.util.logging.SimpleFormatter.format", "%1$tT %4$s %3$s: %5$s%6$s%n");
    LOGS.forEach(log -> log.setLevel(Level.OFF));
    try {
      Options options = Options.parse(System.getenv(), arguments);
      if (options.help) {
        System.out.print(Options.usage());
        return;
      }
      Reference reference = new Reference(options);
      ending.closes(reference);
      reference.start();
      LOGS.forEach(log -> log.setLevel(Level.WARNING));
      System.out.println(reference.readyLine());
    } catch (StartFailure e) {
      giveUp(BAD_START, String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      giveUp(UNFORESEEN, new StartFailure("cannot start: " + e).getMessage());
    }
  }

  private void giveUp(int status, @Nullable String why) {
    if (ending.hasBegun()) {
      return; // it failed because what it stands on is being closed
    }
    System.err.println("galion-reference: " + why);
    ending.close();
    Runtime.getRuntime().halt(status);
  }
}
