package app.galion.reference;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** A multipart form with an audio file in it. */
final class AudioForm {

  private static final String BOUNDARY = "galion-reference-f3b1c2d4";

  private final ByteArrayOutputStream form = new ByteArrayOutputStream();

  static String contentType() {
    return "multipart/form-data; boundary=" + BOUNDARY;
  }

  AudioForm field(String name, String value) {
    part("form-data; name=\"" + name + "\"");
    write("\r\n" + value + "\r\n");
    return this;
  }

  AudioForm audio(byte[] audio, String type) {
    part("form-data; name=\"file\"; filename=\"audio." + AudioTypes.extension(type) + "\"");
    write("Content-Type: " + type + "\r\n\r\n");
    form.writeBytes(audio);
    write("\r\n");
    return this;
  }

  byte[] bytes() {
    write("--" + BOUNDARY + "--\r\n");
    return form.toByteArray();
  }

  private void part(String disposition) {
    write("--" + BOUNDARY + "\r\nContent-Disposition: " + disposition + "\r\n");
  }

  private void write(String text) {
    form.writeBytes(text.getBytes(StandardCharsets.UTF_8));
  }
}
