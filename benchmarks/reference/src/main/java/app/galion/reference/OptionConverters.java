package app.galion.reference;

import java.net.URI;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** How an option's text becomes its value. */
final class OptionConverters {

  private OptionConverters() {}

  /** {@code 500ms}, {@code 10s}, {@code 2m}, {@code PT10S}. */
  static final class ForDuration implements ITypeConverter<Duration> {

    private static final Pattern SHORT = Pattern.compile("(\\d{1,9})(ms|s|m)");
    private static final Duration LONGEST = Duration.ofHours(1);

    @Override
    public Duration convert(String value) {
      Duration duration = parse(value.trim().toLowerCase(Locale.ROOT));
      if (duration.isNegative() || duration.compareTo(LONGEST) > 0) {
        throw new TypeConversionException("'" + value + "' must be between 0s and 60m");
      }
      return duration;
    }

    private static Duration parse(String value) {
      Matcher matcher = SHORT.matcher(value);
      if (matcher.matches()) {
        long amount = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
          case "ms" -> Duration.ofMillis(amount);
          case "s" -> Duration.ofSeconds(amount);
          default -> Duration.ofMinutes(amount);
        };
      }
      try {
        return Duration.parse(value);
      } catch (DateTimeParseException e) {
        throw new TypeConversionException(
            "'" + value + "' is no duration such as 500ms, 10s or 2m");
      }
    }
  }

  /** An {@code http} or {@code https} URL with a host. */
  static final class ForHttpUrl implements ITypeConverter<URI> {

    @Override
    public URI convert(String value) {
      URI uri;
      try {
        uri = URI.create(Uris.withoutTrailingSlash(value.trim()));
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException("'" + value + "' is no URL");
      }
      boolean http = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
      if (!http || uri.getHost() == null) {
        throw new TypeConversionException("'" + value + "' must begin with http:// or https://");
      }
      if (uri.getPort() > Options.MAX_PORT) {
        throw new TypeConversionException("'" + value + "' has no port of 1 to 65535");
      }
      return uri;
    }
  }
}
