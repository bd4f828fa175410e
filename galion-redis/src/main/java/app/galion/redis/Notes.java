package app.galion.redis;

import java.util.LinkedHashMap;
import java.util.Map;

/** A node's notes as one string: each topic and note as its length, a colon and its characters. */
final class Notes {

  private Notes() {}

  static String write(Map<String, String> notes) {
    StringBuilder out = new StringBuilder();
    notes.forEach(
        (topic, note) -> {
          out.append(topic.length()).append(':').append(topic);
          out.append(note.length()).append(':').append(note);
        });
    return out.toString();
  }

  /* What another version of galion may have written otherwise is left out. */
  static Map<String, String> read(String all) {
    Map<String, String> notes = new LinkedHashMap<>();
    int at = 0;
    while (at < all.length()) {
      int topicAt = all.indexOf(':', at) + 1;
      int topicEnd = end(all, at, topicAt);
      int noteAt = topicEnd < 0 ? 0 : all.indexOf(':', topicEnd) + 1;
      int noteEnd = end(all, topicEnd, noteAt);
      if (noteEnd < 0) {
        return notes;
      }
      notes.put(all.substring(topicAt, topicEnd), all.substring(noteAt, noteEnd));
      at = noteEnd;
    }
    return notes;
  }

  /* Where the text that starts at `from` ends, its length standing before it; -1 if malformed. */
  private static int end(String all, int lengthAt, int from) {
    if (lengthAt < 0 || from <= lengthAt + 1 || from - lengthAt > 6) {
      return -1;
    }
    int length = 0;
    for (int i = lengthAt; i < from - 1; i++) {
      int digit = all.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return -1;
      }
      length = length * 10 + digit;
    }
    return from + length <= all.length() ? from + length : -1;
  }
}
