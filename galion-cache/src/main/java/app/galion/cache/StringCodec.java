package app.galion.cache;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

enum StringCodec implements Codec<String> {
  INSTANCE;

  /* what a malformed piece becomes where it is not refused, which may also be meant */
  private static final char REPLACEMENT = '\uFFFD';
  private static final Schema SCHEMA = new Schema("string", 1);

  @Override
  public byte[] encode(String value) throws CharacterCodingException {
    ByteBuffer encoded = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(value));
    byte[] bytes = new byte[encoded.remaining()];
    encoded.get(bytes);
    return bytes;
  }

  @Override
  public String decode(byte[] bytes) throws CharacterCodingException {
    String text = new String(bytes, StandardCharsets.UTF_8);
    return text.indexOf(REPLACEMENT) < 0
        ? text
        : StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
  }

  @Override
  public Schema schema() {
    return SCHEMA;
  }
}
