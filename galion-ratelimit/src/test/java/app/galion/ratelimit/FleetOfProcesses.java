package app.galion.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import app.galion.redis.RedisLink;
import app.galion.spi.Ticker;
import app.galion.testkit.Await;
import com.github.benmanes.caffeine.cache.Cache;
import io.lettuce.core.RedisClient;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Several JVMs that run {@link FleetMember} and start together. */
final class FleetOfProcesses implements AutoCloseable {

  private static final Duration PATIENT = Duration.ofSeconds(90);

  private final List<Process> processes = new ArrayList<>();
  private final List<Path> outputs = new ArrayList<>();

  FleetOfProcesses(int size, String task, String uri, String app, Duration time)
      throws IOException {
    for (int i = 0; i < size; i++) {
      Path output = Files.createTempFile("fleet", ".txt");
      outputs.add(output);
      processes.add(
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-XX:TieredStopAtLevel=1",
                  "-Xmx128m",
                  "-cp",
                  classPath(),
                  FleetMember.class.getName(),
                  task,
                  uri,
                  app,
                  Long.toString(time.toMillis()))
              .redirectOutput(output.toFile())
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start());
    }
    awaitEach("ready");
    for (Process process : processes) {
      process.outputWriter().write("\n");
      process.outputWriter().flush();
    }
  }

  /** Whatever this test's own JVM was started with, and where its classes lie. */
  private static String classPath() {
    Set<String> parts = new LinkedHashSet<>();
    for (String property :
        List.of("surefire.test.class.path", "java.class.path", "jdk.module.path")) {
      String path = System.getProperty(property);
      if (path != null) {
        parts.addAll(List.of(path.split(File.pathSeparator)));
      }
    }
    for (Class<?> type :
        List.of(
            FleetMember.class,
            RateLimiter.class,
            RedisLink.class,
            Ticker.class,
            Cache.class,
            RedisClient.class)) {
      parts.add(home(type));
    }
    return String.join(File.pathSeparator, parts);
  }

  private static String home(Class<?> type) {
    String file = "/" + type.getName().replace('.', '/') + ".class";
    URL url = type.getResource(file);
    if (url == null) {
      throw new AssertionError("not found: " + file);
    }
    return Path.of(
            URI.create(
                url.toString().replace("jar:", "").replace("!" + file, "").replace(file, "")))
        .toString();
  }

  void awaitEach(String word) {
    for (int i = 0; i < processes.size(); i++) {
      int member = i;
      Await.until(
          "process " + i + " is " + word,
          PATIENT,
          () -> {
            assertThat(processes.get(member).isAlive() || word.equals("done")).isTrue();
            return lines(member).stream().anyMatch(line -> line.startsWith(word));
          });
    }
  }

  List<String> lines() {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < outputs.size(); i++) {
      lines.addAll(lines(i));
    }
    return lines;
  }

  private List<String> lines(int member) {
    try {
      return Files.readAllLines(outputs.get(member));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** As {@code kill -9}. */
  void kill() throws InterruptedException {
    for (Process process : processes) {
      process.destroyForcibly();
      assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Override
  public void close() {
    processes.forEach(Process::destroyForcibly);
    for (Path output : outputs) {
      try {
        Files.deleteIfExists(output);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
