package app.galion.testkit;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLSocketFactory;

/** Where one server is and what to say to it first, read from a Redis URI. */
record RedisAddress(String host, int port, boolean tls, List<List<String>> greetings) {

  private static final int DEFAULT_PORT = 6379;

  static RedisAddress of(String uri) {
    URI parsed = URI.create(uri);
    String scheme = parsed.getScheme();
    if (parsed.getHost() == null || !("redis".equals(scheme) || "rediss".equals(scheme))) {
      throw new IllegalArgumentException(
          "Redis URI '" + masked(uri) + "' must be redis:// or rediss:// and name one host");
    }
    List<List<String>> greetings = new ArrayList<>();
    String user = parsed.getUserInfo();
    if (user != null) {
      int colon = user.indexOf(':');
      String name = colon < 0 ? "" : user.substring(0, colon);
      String password = user.substring(colon + 1);
      greetings.add(name.isEmpty() ? List.of("AUTH", password) : List.of("AUTH", name, password));
    }
    String path = parsed.getPath();
    if (path != null && path.length() > 1) {
      greetings.add(List.of("SELECT", path.substring(1)));
    }
    int port = parsed.getPort() < 0 ? DEFAULT_PORT : parsed.getPort();
    return new RedisAddress(parsed.getHost(), port, "rediss".equals(scheme), greetings);
  }

  static String masked(String uri) {
    return uri.replaceAll("//[^@/]*@", "//***@");
  }

  Socket newSocket() throws IOException {
    return tls ? SSLSocketFactory.getDefault().createSocket() : new Socket();
  }
}
