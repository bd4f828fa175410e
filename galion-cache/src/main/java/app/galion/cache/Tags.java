package app.galion.cache;

import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;

/** The tags of a value, as its entry carries them. */
record Tags(List<String> each) {
  static final Tags NONE = new Tags(List.of());
  static final Duration MOST = Duration.ofDays(365);
  private static final int MOST_TAGS = 16;
  private static final Pattern TAG = Pattern.compile("[A-Za-z0-9._:/-]{1,100}");

  static Tags of(String... tags) {
    if (tags.length > MOST_TAGS) {
      throw new IllegalArgumentException(tags.length + " tags, at most " + MOST_TAGS + " fit");
    }
    for (String tag : tags) {
      check(tag);
    }
    return tags.length == 0 ? NONE : new Tags(List.of(tags));
  }

  static void check(String tag) {
    if (!TAG.matcher(tag).matches()) {
      throw new IllegalArgumentException(
          "tag '" + tag + "' must be 1 to 100 ASCII letters, digits, '.', '_', '-', ':' or '/'");
    }
  }

  /** Reads what {@link #text} wrote. */
  static Tags parse(String text) {
    return text.isEmpty() ? NONE : new Tags(List.of(text.split(",", -1)));
  }

  String text() {
    return String.join(",", each);
  }

  boolean isEmpty() {
    return each.isEmpty();
  }
}
