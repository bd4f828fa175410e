package app.galion.cache;

import static java.util.Objects.requireNonNull;

import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.json.JsonMapper;

/**
 * Values as JSON, by Jackson 3, which the application brings. Values are read as exactly the given
 * type; there is no default typing. Jackson 3 writes some types otherwise than Jackson 2 (dates as
 * text), so its schema has a name of its own: give both codecs one by {@link #schema} if their JSON
 * is the same and nodes with either share a cache.
 *
 * @param <V> the value's type
 */
@SuppressWarnings("exports") // Jackson is optional: not every reader of this module has it
public final class Jackson3Codec<V> implements Codec<V> {

  private final ObjectWriter writer;
  private final ObjectReader reader;
  private final Schema schema;

  private Jackson3Codec(ObjectWriter writer, ObjectReader reader, Schema schema) {
    this.writer = writer;
    this.reader = reader;
    this.schema = schema;
  }

  /**
   * Returns a codec with a mapper of its own that has found the modules on the class path.
   *
   * @param <V> the value's type
   * @param type the value's class
   * @return a codec of schema {@code json3:<class name>}, version 1
   */
  public static <V> Jackson3Codec<V> of(Class<V> type) {
    return of(type, ownMapper());
  }

  /**
   * Returns a codec that uses the application's mapper.
   *
   * @param <V> the value's type
   * @param type the value's class
   * @param mapper the mapper
   * @return a codec of schema {@code json3:<class name>}, version 1
   */
  public static <V> Jackson3Codec<V> of(Class<V> type, ObjectMapper mapper) {
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
   * @return a codec of schema {@code json3:<type>}, version 1
   */
  public static <V> Jackson3Codec<V> of(TypeReference<V> type) {
    return of(type, ownMapper());
  }

  /**
   * Returns a codec of a generic type that uses the application's mapper.
   *
   * @param <V> the value's type
   * @param type the value's type
   * @param mapper the mapper
   * @return a codec of schema {@code json3:<type>}, version 1
   */
  public static <V> Jackson3Codec<V> of(TypeReference<V> type, ObjectMapper mapper) {
    requireNonNull(type, "type");
    requireNonNull(mapper, "mapper");
    return of(mapper.constructType(type), mapper);
  }

  /**
   * Returns a codec of a type that was made by a mapper, for what is generic only at run time.
   *
   * @param <V> the value's type, which the compiler cannot compare with {@code type}
   * @param type the value's type
   * @param mapper the mapper
   * @return a codec of schema {@code json3:<type>}, version 1
   */
  public static <V> Jackson3Codec<V> of(JavaType type, ObjectMapper mapper) {
    requireNonNull(type, "type");
    requireNonNull(mapper, "mapper");
    return of(type, type.toCanonical(), mapper);
  }

  private static <V> Jackson3Codec<V> of(JavaType type, String name, ObjectMapper mapper) {
    return new Jackson3Codec<>(
        mapper.writerFor(type), mapper.readerFor(type), new Schema("json3:" + name, 1));
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
  public Jackson3Codec<V> schema(String name, int version) {
    return new Jackson3Codec<>(writer, reader, new Schema(name, version));
  }

  @Override
  public byte[] encode(V value) throws JacksonException {
    return writer.writeValueAsBytes(value);
  }

  @Override
  public V decode(byte[] bytes) throws JacksonException {
    V value = reader.readValue(bytes);
    if (value == null) {
      throw new IllegalArgumentException(schema + ": the JSON is null");
    }
    return value;
  }

  @Override
  public Schema schema() {
    return schema;
  }

  @Override
  public String toString() {
    return "Jackson3Codec[" + schema.name() + " v" + schema.version() + "]";
  }
}
