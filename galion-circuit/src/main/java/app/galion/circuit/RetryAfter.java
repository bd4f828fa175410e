package app.galion.circuit;

import java.net.http.HttpHeaders;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/*
 * How long a vendor asks to wait, from the first of: retry-after-ms; retry-after in seconds or as a
 * date, measured against the answer's own Date; the x-ratelimit-reset of a dimension whose remaining
 * is 0; "try again in 41.7s" in the message. What cannot be read, or is not in the future, is as if
 * it were absent.
 */
final class RetryAfter {

  private static final double MAX_SECONDS = Duration.ofDays(7).toSeconds();
  private static final Pattern IN_TEXT =
      Pattern.compile("try again in ((?:\\d{1,9}(?:\\.\\d{1,9})?(?:ms|s|m|h|d))+)");
  private static final Pattern PART = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,9})?)(ms|s|m|h|d)");
  private static final Pattern NUMBER = Pattern.compile("\\d{1,15}(?:\\.\\d{0,15})?");
  private static final Map<String, Double> SECONDS =
      Map.of("ms", 0.001, "s", 1.0, "m", 60.0, "h", 3600.0, "d", 86_400.0);

  private RetryAfter() {}

  static @Nullable Duration read(
      HttpHeaders headers, @Nullable String message, InstantSource clock) {
    Duration found = inUnits(headers, "retry-after-ms", 0.001);
    if (found == null) {
      found = inUnits(headers, "retry-after", 1.0);
    }
    if (found == null) {
      found = asDate(headers, clock);
    }
    if (found == null) {
      found = exhausted(headers, "tokens");
    }
    if (found == null) {
      found = exhausted(headers, "requests");
    }
    return found != null || message == null ? found : inText(message);
  }

  private static @Nullable Duration inUnits(HttpHeaders headers, String name, double unit) {
    String text = first(headers, name);
    return text == null || !NUMBER.matcher(text).matches()
        ? null
        : seconds(Double.parseDouble(text) * unit);
  }

  private static @Nullable Duration asDate(HttpHeaders headers, InstantSource clock) {
    Instant until = date(first(headers, "retry-after"));
    if (until == null) {
      return null;
    }
    Instant sent = date(first(headers, "date"));
    Duration wait = Duration.between(sent != null ? sent : clock.instant(), until);
    return seconds(wait.toMillis() / 1000.0);
  }

  private static @Nullable Instant date(@Nullable String text) {
    if (text == null || text.isEmpty() || !Character.isLetter(text.charAt(0))) {
      return null;
    }
    try {
      return ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
    } catch (DateTimeException e) {
      return null; // a date that is none says nothing
    }
  }

  private static @Nullable Duration exhausted(HttpHeaders headers, String dimension) {
    if (!"0".equals(first(headers, "x-ratelimit-remaining-" + dimension))) {
      return null;
    }
    String reset = first(headers, "x-ratelimit-reset-" + dimension);
    return reset == null ? null : span(reset);
  }

  private static @Nullable Duration inText(String message) {
    int at = message.indexOf("ry again in ");
    if (at < 1) {
      return null;
    }
    Matcher matcher = IN_TEXT.matcher(message.toLowerCase(Locale.ROOT));
    return matcher.find(at - 1) ? span(matcher.group(1)) : null;
  }

  private static @Nullable Duration span(String text) {
    Matcher part = PART.matcher(text);
    double sum = 0;
    int at = 0;
    while (part.find() && part.start() == at) {
      sum += Double.parseDouble(part.group(1)) * SECONDS.getOrDefault(part.group(2), 0.0);
      at = part.end();
    }
    return at == text.length() ? seconds(sum) : null;
  }

  private static @Nullable Duration seconds(double seconds) {
    if (!(seconds > 0)) {
      return null;
    }
    return Duration.ofNanos((long) (Math.min(seconds, MAX_SECONDS) * 1e9));
  }

  private static @Nullable String first(HttpHeaders headers, String name) {
    return headers.firstValue(name).map(String::strip).orElse(null);
  }
}
