package app.galion.cache;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;

/**
 * Values as JSON, by Jackson 2, which the application brings. Values are read as exactly the given
 * class; there is no default typing.
 *
 * @param <V> the value's type
 */
@SuppressWarnings("exports") // Jackson is optional: not every reader of this module has it
public final class JacksonCodec<V> implements Codec<V> {

  private final ObjectWriter writer;
  private final ObjectReader reader;
  private final Schema schema;

  private JacksonCodec(ObjectWriter writer, ObjectReader reader, Schema schema) {
    this.writer = writer;
    this.reader = reader;
    this.schema = schema;
  }

  /**
   * Returns a codec with a mapper of its own that has found the modules on the class path (Java
   * time, parameter names).
   *
   * @param <V> the value's type
   * @param type the value's class
   * @return a codec of schema {@code json:<class name>}, version 1
   */
  public static <V> JacksonCodec<V> of(Class<V> type) {
    return of(type, JsonMapper.builder().findAndAddModules().build());
  }

  /**
   * Returns a codec that uses the application's mapper.
   *
   * @param <V> the value's type
   * @param type the value's class
   * @param mapper the mapper; later changes to it are not seen
   * @return a codec of schema {@code json:<class name>}, version 1
   */
  public static <V> JacksonCodec<V> of(Class<V> type, ObjectMapper mapper) {
    requireNonNull(type, "type");
    requireNonNull(mapper, "mapper");
    JavaType javaType = mapper.constructType(type);
    return new JacksonCodec<>(
        mapper.writerFor(javaType),
        mapper.readerFor(javaType),
        new Schema("json:" + type.getName(), 1));
  }

  /**
   * Returns this codec with another schema.
   *
   * @param name stays the same over versions and renamed classes
   * @param version raise it with every incompatible change, at least 1
   * @return a new codec
   */
  public JacksonCodec<V> schema(String name, int version) {
    return new JacksonCodec<>(writer, reader, new Schema(name, version));
  }

  @Override
  public byte[] encode(V value) throws IOException {
    return writer.writeValueAsBytes(value);
  }

  @Override
  public V decode(byte[] bytes) throws IOException {
    V value = reader.readValue(bytes);
    if (value == null) {
      throw new IOException(schema + ": the JSON is null");
    }
    return value;
  }

  @Override
  public Schema schema() {
    return schema;
  }

  @Override
  public String toString() {
    return "JacksonCodec[" + schema.name() + " v" + schema.version() + "]";
  }
}
