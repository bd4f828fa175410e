package app.galion.health;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;

/**
 * Asks a URL from the command line, for container images that have a JVM but no curl: {@code java
 * -cp galion-health.jar app.galion.health.Probe http://127.0.0.1:8080/health/live}. Needs nothing
 * but the JDK and this jar.
 */
public final class Probe {

  private static final int TIMEOUT_MILLIS = 2000;

  private Probe() {}

  /**
   * Exits with 0 if the URL answers 2xx within 2 s, else with 1 and a line on stderr.
   *
   * @param args the URL
   */
  public static void main(String[] args) {
    System.exit(run(args));
  }

  static int run(String... args) {
    if (args.length != 1) {
      System.err.println("usage: java app.galion.health.Probe URL");
      return 1;
    }
    try {
      int status = status(URI.create(args[0]));
      if (status / 100 == 2) {
        return 0;
      }
      System.err.println(args[0] + " answered " + status);
    } catch (IOException | IllegalArgumentException | ClassCastException failed) {
      System.err.println(args[0] + " did not answer: " + Failures.describe(failed));
    }
    return 1;
  }

  private static int status(URI uri) throws IOException {
    HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection();
    connection.setConnectTimeout(TIMEOUT_MILLIS);
    connection.setReadTimeout(TIMEOUT_MILLIS);
    connection.setInstanceFollowRedirects(false);
    try {
      return connection.getResponseCode();
    } finally {
      connection.disconnect();
    }
  }
}
