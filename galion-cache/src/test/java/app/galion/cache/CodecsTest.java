package app.galion.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;

class CodecsTest {

  record User(long id, String name) implements Serializable {}

  static final com.fasterxml.jackson.core.type.TypeReference<List<User>> USERS =
      new com.fasterxml.jackson.core.type.TypeReference<>() {};
  static final tools.jackson.core.type.TypeReference<List<User>> USERS_3 =
      new tools.jackson.core.type.TypeReference<>() {};

  static final List<Codec<User>> ONE =
      List.of(JacksonCodec.of(User.class), Jackson3Codec.of(User.class));

  static Stream<Codec<List<User>>> lists() {
    ObjectMapper two = new ObjectMapper();
    tools.jackson.databind.ObjectMapper three = new tools.jackson.databind.ObjectMapper();
    return Stream.of(
        JacksonCodec.of(USERS),
        JacksonCodec.of(two.getTypeFactory().constructCollectionType(List.class, User.class), two),
        Jackson3Codec.of(USERS_3),
        Jackson3Codec.of(
            three.getTypeFactory().constructCollectionType(List.class, User.class), three));
  }

  @ParameterizedTest
  @FieldSource("ONE")
  void writesJsonAndReadsItAsTheClassThatWasGiven(Codec<User> codec) throws Exception {
    User ada = new User(1, "Ada");
    byte[] bytes = codec.encode(ada);
    assertThat(new String(bytes, StandardCharsets.UTF_8)).isEqualTo("{\"id\":1,\"name\":\"Ada\"}");
    assertThat(codec.decode(bytes)).isEqualTo(ada);
  }

  @ParameterizedTest
  @MethodSource("lists")
  void readsTheElementsOfAGenericTypeAsTheirClass(Codec<List<User>> codec) throws Exception {
    List<User> users = List.of(new User(1, "Ada"), new User(2, "Bob"));
    assertThat(codec.decode(codec.encode(users))).isEqualTo(users);
    assertThat(codec.schema().name())
        .endsWith(":java.util.List<app.galion.cache.CodecsTest$User>")
        .startsWith("json");
  }

  @ParameterizedTest
  @FieldSource("ONE")
  void refusesTheJsonNull(Codec<User> codec) {
    assertThatThrownBy(() -> codec.decode("null".getBytes(StandardCharsets.UTF_8)))
        .hasMessageContaining("the JSON is null");
  }

  @ParameterizedTest
  @FieldSource("ONE")
  void makesNothingOfAClassNameInTheJson(Codec<User> codec) {
    byte[] named = "[\"java.util.HashMap\",{\"id\":1}]".getBytes(StandardCharsets.UTF_8);
    assertThatThrownBy(() -> codec.decode(named)).isInstanceOf(Exception.class);
  }

  @Test
  void keepsBothJacksonsApartUntilTheyAreGivenOneSchema() {
    Codec<User> two = JacksonCodec.of(User.class);
    Codec<User> three = Jackson3Codec.of(User.class);
    assertThat(two.schema()).isNotEqualTo(three.schema());
    assertThat(JacksonCodec.of(User.class).schema("user", 2).schema())
        .isEqualTo(Jackson3Codec.of(User.class).schema("user", 2).schema());
    assertThat(three).hasToString("Jackson3Codec[json3:" + User.class.getName() + " v1]");
  }

  @Test
  void usesTheMapperOfTheApplication() throws Exception {
    tools.jackson.databind.ObjectMapper camels =
        tools.jackson.databind.json.JsonMapper.builder()
            .propertyNamingStrategy(
                tools.jackson.databind.PropertyNamingStrategies.UPPER_CAMEL_CASE)
            .build();
    byte[] bytes = Jackson3Codec.of(User.class, camels).encode(new User(1, "Ada"));
    assertThat(new String(bytes, StandardCharsets.UTF_8)).isEqualTo("{\"Id\":1,\"Name\":\"Ada\"}");
  }
}
