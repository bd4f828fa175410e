package app.galion.cache;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;

/**
 * Values as JSON, by Jackson 2, which the application brings. Values are read as exactly the given
 * type; there is no default typing.
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
    return of(type, ownMapper());
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
    return of(mapper.constructType(type), type.getName(), mapper);
  }

  /**
   * Returns a codec of a generic type, with a mapper of its own as {@link #of(Class)} has: {@code
   * new TypeReference<List<User>>() {}}.
   *
   * @param <V> the value's type
   * @param type the value's type
   * @return a codec of schema {@code json:<type>}, version 1
   */
  public static <V> JacksonCodec<V> of(TypeReference<V> type) {
    return of(type, ownMapper());
  }

  /**
   * Returns a codec of a generic type that uses the application's mapper.
   *
   * @param <V> the value's type
   * @param type the value's type
   * @param mapper the mapper; later changes to it are not seen
   * @return a codec of schema {@code json:<type>}, version 1
   */
  public static <V> JacksonCodec<V> of(TypeReference<V> type, ObjectMapper mapper) {
    requireNonNull(type, "type");
    requireNonNull(mapper, "mapper");
    return of(mapper.constructType(type), mapper);
  }

  /**
   * Returns a codec of a type that was made by a mapper, for what is generic only at run time.
   *
   * @param <V> the value's type, which the compiler cannot compare with {@code type}
   * @param type the value's type
   * @param mapper the mapper; later changes to it are not seen
   * @return a codec of schema {@code json:<type>}, version 1
   */
  public static <V> JacksonCodec<V> of(JavaType type, ObjectMapper mapper) {
    requireNonNull(type, "type");
    requireNonNull(mapper, "mapper");
    return of(type, type.toCanonical(), mapper);
  }

  private static <V> JacksonCodec<V> of(JavaType type, String name, ObjectMapper mapper) {
    return new JacksonCodec<>(
        mapper.writerFor(type), mapper.readerFor(type), new Schema("json:" + name, 1));
  }

  private static ObjectMapper ownMapper() {
    return JsonMapper.builder().findAndAddModules().build();
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
