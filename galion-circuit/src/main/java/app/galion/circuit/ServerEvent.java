package app.galion.circuit;

import static java.util.Objects.requireNonNull;

/**
 * One server-sent event of a vendor's stream.
 *
 * @param name the event's name, empty when the vendor gave none
 * @param data the data lines, joined by a line feed
 * @param text the text that the event adds to the answer: {@code choices[0].delta.content} of chat
 *     completions, {@code delta} of responses; empty when it adds none
 */
public record ServerEvent(String name, String data, String text) {

  /**
   * Creates an event.
   *
   * @param name the event's name
   * @param data the data
   * @param text the text in it
   */
  public ServerEvent {
    requireNonNull(name, "name");
    requireNonNull(data, "data");
    requireNonNull(text, "text");
  }
}
