package app.galion.health;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

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
      int status = within(URI.create(args[0]));
      if (status / 100 == 2) {
        return 0;
      }
      System.err.println(args[0] + " answered " + status);
    } catch (TimeoutException late) {
      System.err.println(args[0] + " did not answer within " + TIMEOUT_MILLIS + " ms");
    } catch (ExecutionException failed) {
      Throwable cause = failed.getCause() == null ? failed : failed.getCause();
      System.err.println(args[0] + " did not answer: " + Failures.describe(cause));
    } catch (InterruptedException | IllegalArgumentException failed) {
      System.err.println(args[0] + " was not asked: " + Failures.describe(failed));
    }
    return 1;
  }

  /** A server that sends a byte now and then never runs into a read timeout. */
  private static int within(URI uri)
      throws InterruptedException, ExecutionException, TimeoutException {
    FutureTask<Integer> status = new FutureTask<>(() -> status(uri));
    Threads.daemon("galion-health-probe", status).start();
    return status.get(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
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
