package app.galion.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** The {@code redis-server} executable of the embedded-redis jar, unpacked once per JVM. */
final class EmbeddedBinary {

  private static final String VERSION = "7.0.15";

  private EmbeddedBinary() {}

  static Path path() {
    return Holder.PATH;
  }

  private static final class Holder {
    static final Path PATH = unpack();
  }

  private static Path unpack() {
    String resource =
        resourceFor(System.getProperty("os.name", ""), System.getProperty("os.arch", ""));
    try (InputStream in = EmbeddedBinary.class.getResourceAsStream("/" + resource)) {
      if (in == null) {
        throw new IllegalStateException(
            "no "
                + resource
                + " on the class path; add org.signal:embedded-redis or set "
                + RedisServer.URI_VARIABLE);
      }
      Path directory = Cleanup.temporaryDirectory("galion-redis-binary-");
      Path executable = directory.resolve("redis-server");
      Files.copy(in, executable);
      if (!executable.toFile().setExecutable(true)) {
        throw new IllegalStateException("cannot make " + executable + " executable");
      }
      return executable;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot unpack " + resource, e);
    }
  }

  static String resourceFor(String osName, String osArch) {
    String os = osName.toLowerCase(Locale.ROOT);
    String system = os.contains("mac") ? "darwin" : os.contains("linux") ? "linux" : null;
    String machine =
        switch (osArch) {
          case "amd64", "x86_64" -> "amd64";
          case "aarch64", "arm64" -> "arm64";
          case "x86", "i386", "i686" -> "linux".equals(system) ? "386" : null;
          default -> null;
        };
    if (system == null || machine == null) {
      throw new IllegalStateException(
          "no embedded Redis for "
              + osName
              + " on "
              + osArch
              + "; set "
              + RedisServer.URI_VARIABLE
              + " to a server's URI");
    }
    return "redis-server-" + VERSION + "-" + system + "-" + machine;
  }
}
