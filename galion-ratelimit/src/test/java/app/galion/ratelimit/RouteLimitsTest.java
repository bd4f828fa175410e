package app.galion.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RouteLimitsTest {

  static final RatePolicy OTHER = policy("other");

  final RouteLimits routes =
      RouteLimits.builder()
          .route("POST", "/api/v1/auth/login", policy("login"))
          .route("GET", "/api/v1/users/{id}", policy("read"))
          .route("DELETE", "/api/v1/users/{id}", policy("delete"))
          .route("*", "/api/v1/users/{id}", policy("any-user"))
          .route("GET", "/api/v1/users/me", policy("me"))
          .route("GET", "/api/v1/users/{id}/files/{file}", policy("file"))
          .route("GET", "/files/**", policy("files"))
          .route("GET", "/", policy("root"))
          .otherwise(OTHER)
          .build();

  static RatePolicy policy(String name) {
    return RatePolicy.tokenBucket(name, 10, Duration.ofMinutes(1));
  }

  private String find(String method, String path) {
    return routes.find(method, path).orElseThrow().name();
  }

  @Nested
  class Routes {

    @Test
    void variablesTakeOneSegment() {
      assertThat(find("GET", "/api/v1/users/42")).isEqualTo("read");
      assertThat(find("DELETE", "/api/v1/users/42")).isEqualTo("delete");
      assertThat(find("GET", "/api/v1/users/42/files/7")).isEqualTo("file");
      assertThat(find("GET", "/api/v1/users/42/files")).isEqualTo("other");
      assertThat(find("GET", "/api/v1/users")).isEqualTo("other");
    }

    @Test
    void aLiteralComesBeforeAVariableWhereItHasTheMethod() {
      assertThat(find("GET", "/api/v1/users/me")).isEqualTo("me");
      assertThat(find("DELETE", "/api/v1/users/me")).isEqualTo("delete");
      assertThat(find("GET", "/api/v1/users/me/files/7")).isEqualTo("file");
    }

    @Test
    void theMethodsOwnRouteComesBeforeThatOfAll() {
      assertThat(find("PATCH", "/api/v1/users/42")).isEqualTo("any-user");
      assertThat(find("get", "/api/v1/users/42")).isEqualTo("read");
    }

    @Test
    void headCountsAsGet() {
      assertThat(find("HEAD", "/api/v1/users/42")).isEqualTo("read");
    }

    @Test
    void theRestMayBeLongOrNothing() {
      assertThat(find("GET", "/files/a/b/c/d/e/f/g")).isEqualTo("files");
      assertThat(find("GET", "/files")).isEqualTo("files");
      assertThat(find("POST", "/files/a")).isEqualTo("other");
    }

    @Test
    void whatHasNoRouteFallsUnderOtherwise() {
      assertThat(find("GET", "/")).isEqualTo("root");
      assertThat(find("GET", "/nowhere")).isEqualTo("other");
      assertThat(RouteLimits.builder().build().find("GET", "/")).isEmpty();
    }
  }

  @Nested
  class Spellings {

    @ParameterizedTest
    @ValueSource(
        strings = {
          "/api/v1/auth/login/",
          "//api///v1/auth/login",
          "/api/v1/auth/log%69n",
          "/api/v1/auth/%6C%6f%67in",
          "/api/./v1/auth/login",
          "/api/v1/x/../auth/login",
          "/api/v1/x/%2e%2E/auth/login",
          "/../../api/v1/auth/login",
          "/api;a=b/v1/auth/login;jsessionid=1",
          "/api/v1/auth/login?next=/files/1",
          "/api/v1/auth/login#top",
          "/a/b/c/d/e/f/g/h/../../../../../../../../api/v1/auth/login"
        })
    void ofOneRouteAreOneRoute(String path) {
      assertThat(find("POST", path)).isEqualTo("login");
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "/api/v1/auth%2Flogin",
          "/api/v1/auth/log%2569n",
          "/API/v1/auth/login",
          "/api/v1/auth/login%00",
          "/api/v1/auth/login%",
          "/api/v1/auth/login%zz"
        })
    void ofSomethingElseAreSomethingElse(String path) {
      assertThat(find("POST", path)).isEqualTo("other");
    }

    @Test
    void decodedTextIsUtf8() {
      RouteLimits cafe = RouteLimits.builder().route("GET", "/caf\u00e9", policy("cafe")).build();
      assertThat(cafe.find("GET", "/caf%C3%A9")).isPresent();
      assertThat(cafe.find("GET", "/caf\u00e9")).isPresent();
      assertThat(cafe.find("GET", "/caf%E9")).isEmpty();
    }
  }

  @Nested
  class Hostile {

    @Test
    void aPathIsLookedAtOnceHoweverManyTemplatesItAlmostMatches() {
      RouteLimits.Builder builder = RouteLimits.builder().otherwise(OTHER);
      int depth = 16;
      for (int i = 0; i < depth; i++) {
        builder.route("GET", "/a".repeat(i) + "/{v}".repeat(depth - i) + "/end", policy("p" + i));
      }
      RouteLimits deep = builder.build();
      for (int i = 0; i < 100_000; i++) {
        assertThat(deep.find("GET", "/a".repeat(depth + 1))).contains(OTHER);
      }
    }

    @Test
    void aPathOfTooManyCharactersFallsUnderOtherwise() {
      assertThat(find("GET", "/files/" + "a".repeat(8_185))).isEqualTo("files");
      assertThat(find("GET", "/files/" + "a".repeat(8_186))).isEqualTo("other");
      assertThat(find("POST", "/x/..".repeat(1_600) + "/api/v1/auth/login")).isEqualTo("login");
    }

    @Test
    void noInputMakesItThrow() {
      Random random = new Random(7);
      String alphabet = "/%.;?#{}*a2e\\ \u0000\u00e9\ud800";
      for (int i = 0; i < 20_000; i++) {
        StringBuilder path = new StringBuilder();
        for (int length = random.nextInt(40); length > 0; length--) {
          path.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
        assertThatCode(() -> routes.find("GET", path.toString()))
            .as("'%s'", path)
            .doesNotThrowAnyException();
      }
    }
  }

  @Nested
  class Building {

    @Test
    void reportsAllConflictsAtOnce() {
      RouteLimits.Builder builder =
          RouteLimits.builder()
              .route("GET", "/users/{id}", policy("one"))
              .route("get", "/users/{name}", policy("two"))
              .route("POST", "/a", policy("three"))
              .route("POST", "/a", policy("three"))
              .otherwise(RatePolicy.tokenBucket("one", 20, Duration.ofMinutes(1)));
      assertThatThrownBy(builder::build)
          .isInstanceOf(IllegalStateException.class)
          .hasMessage(
              "routes conflict: GET /users/{id} and GET /users/{name} match the same requests;"
                  + " POST /a and POST /a match the same requests;"
                  + " policy 'one' of 10 per PT1M and policy 'one' of 20 per PT1M share a name and"
                  + " so their counters");
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "", "users", "/users/", "//", "/a b", "/{}", "/{a}{b}", "/x{a}", "/**/a", "/a*", "/a%20b",
          "/..", "/a?b", "/a;b"
        })
    void refusesWhatIsNoTemplate(String template) {
      assertThatThrownBy(() -> RouteLimits.builder().route("GET", template, OTHER))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("template '" + template + "' ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "GET POST", "GET/1", "G\u00c4T"})
    void refusesWhatIsNoMethod(String method) {
      assertThatThrownBy(() -> RouteLimits.builder().route(method, "/", OTHER))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("method '" + method + "' must be an HTTP method or *");
    }
  }
}
