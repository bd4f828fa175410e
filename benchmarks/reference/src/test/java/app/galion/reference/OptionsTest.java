package app.galion.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OptionsTest {

  @Test
  void defaultsAreThoseOfThePage() {
    Options options = Options.parse(Map.of());

    assertThat(options.nodes).isEqualTo(2);
    assertThat(options.port).isEqualTo(8080);
    assertThat(options.vendorsPort()).isEqualTo(8090);
    assertThat(options.bind).isEqualTo("127.0.0.1");
    assertThat(options.nodeName(2)).isEqualTo("2");
    assertThat(options.trustedProxies).containsExactly("127.0.0.0/8", "::1/128");
    assertThat(options.drainDelay).isZero();
    assertThat(options.redis).isNull();
  }

  @Test
  void environmentAppliesWhereNoOptionStands() {
    Map<String, String> environment =
        Map.of("GALION_NODES", "3", "GALION_PORT", "9000", "GALION_DRAIN_DELAY", "10s");

    Options options = Options.parse(environment, "--port", "9500");

    assertThat(options.nodes).isEqualTo(3);
    assertThat(options.port).isEqualTo(9500);
    assertThat(options.drainDelay).isEqualTo(Duration.ofSeconds(10));
  }

  @Test
  void blankEnvironmentCountsAsAbsent() {
    Options options = Options.parse(Map.of("GALION_REDIS_URI", " ", "OPENAI_BASE_URL", ""));

    assertThat(options.redis).isNull();
    assertThat(options.openAiBaseUrl).isNull();
  }

  @Test
  void nodeNamePrefixesTheNumber() {
    assertThat(Options.parse(Map.of(), "--node-name", "api-1").nodeName(1)).isEqualTo("api-1-1");
  }

  @ParameterizedTest
  @CsvSource({
    "--nodes 0",
    "--nodes 10",
    "--nodes many",
    "--port 0",
    "--port 65530",
    "--bind no.such.host.invalid",
    "--bind ",
    "--node-name two words",
    "--database postgres://host/db",
    "--openai-base-url ftp://host",
    "--openai-base-url http://host:99999",
    "--elevenlabs-base-url nowhere",
    "--drain-delay soon",
    "--drain-delay 2h",
    "--unknown x",
    "stray argument"
  })
  void refusesInOneLine(String given) {
    assertThatExceptionOfType(StartFailure.class)
        .isThrownBy(() -> Options.parse(Map.of(), given.split(" ", 2)))
        .satisfies(e -> assertThat(e.getMessage()).isNotBlank().doesNotContain("\n"));
  }

  @ParameterizedTest
  @CsvSource({
    "redis://:secret@host:6379, redis://:***@host:6379",
    "'redis://user:secret@a:1,redis://user:secret@b:2', 'redis://user:***@a:1,redis://user:***@b:2'",
    "jdbc:postgresql://h/d?user=u&password=secret&x=1, jdbc:postgresql://h/d?user=u&password=***&x=1",
    "redis://:se@cr:et@a:1/0, redis://:***@a:1/0",
    "redis://secret@host:6379, redis://***@host:6379",
    "redis://:se cret@a:1, redis://:***@a:1",
    "u:secret@host/db, u:***@host/db",
    "redis://host:6379, redis://host:6379"
  })
  void passwordsAreMasked(String uri, String shown) {
    assertThat(Uris.masked(uri)).isEqualTo(shown);
  }

  @ParameterizedTest
  @CsvSource({
    "https://api.openai.com, https://api.openai.com/v1",
    "https://api.openai.com/v1/, https://api.openai.com/v1",
    "http://localhost:1/proxy/v1, http://localhost:1/proxy/v1"
  })
  void openAiBaseUrlsEndInV1(String given, String base) {
    assertThat(Uris.openAiBase(given)).isEqualTo(base);
  }
}
