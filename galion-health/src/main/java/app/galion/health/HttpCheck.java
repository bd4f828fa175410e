package app.galion.health;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.time.Duration;

/** Asks a URL for a 2xx. */
final class HttpCheck implements HealthCheck {

  private final URI uri;

  HttpCheck(URI uri) {
    String scheme = uri.getScheme();
    if ((!"http".equalsIgnoreCase(scheme) && !"https".equalsIgnoreCase(scheme))
        || uri.getHost() == null) {
      throw new IllegalArgumentException("uri '" + uri + "' must be an http or https URL");
    }
    if (uri.getRawUserInfo() != null) {
      throw new IllegalArgumentException(
          "uri on host '" + uri.getHost() + "' must not carry user:password, it is never sent");
    }
    this.uri = uri;
  }

  @Override
  public CheckResult check(Duration deadline) throws IOException {
    HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection();
    connection.setConnectTimeout(Millis.atLeastOne(deadline));
    connection.setReadTimeout(Millis.atLeastOne(deadline));
    connection.setInstanceFollowRedirects(false);
    connection.setUseCaches(false);
    try {
      int status = connection.getResponseCode();
      return status / 100 == 2
          ? CheckResult.up()
          : CheckResult.down(ErrorCode.HTTP_STATUS, uri + " answered " + status);
    } finally {
      connection.disconnect();
    }
  }

  @Override
  public void prefer(CheckOptions options) {
    options.scope(Scope.SHARED);
  }
}
