package app.galion.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class HttpEdgesTest {

  private final Knob database = Knob.up();
  private final ManualEngine manual =
      ManualEngine.started(builder -> builder.check("database", database, Impact.CRITICAL));
  private Served served;

  @BeforeEach
  void serve() throws IOException {
    served = new Served(HealthHandler.of(manual.engine));
  }

  @AfterEach
  void stop() {
    served.close();
  }

  @Test
  void headHasTheStatusOfGetAndNoBody() throws Exception {
    assertThat(served.send("HEAD", "/health/ready").statusCode()).isEqualTo(200);
    database.fail();
    manual.passSeconds(20);
    HttpResponse<String> answer = served.send("HEAD", "/health/ready");
    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(answer.body()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST", "PUT", "DELETE", "PATCH"})
  void otherMethodsAreRefused(String method) throws Exception {
    HttpResponse<String> answer = served.send(method, "/health/ready");
    assertThat(answer.statusCode()).isEqualTo(405);
    assertThat(answer.headers().firstValue("allow")).hasValue("GET, HEAD, OPTIONS");
    assertThat(answer.body()).contains("method_not_allowed");
  }

  @Test
  void optionsTellsTheMethods() throws Exception {
    HttpResponse<String> answer = served.send("OPTIONS", "/health/live");
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("allow")).hasValue("GET, HEAD, OPTIONS");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "/healthz",
        "/health/nothing",
        "/health/live/more",
        "/health/group/",
        "/Health"
      })
  void unknownPathsAreNotFound(String path) throws Exception {
    HttpResponse<String> answer = served.get(path);
    assertThat(answer.statusCode()).isEqualTo(404);
    assertThat(answer.body())
        .isEqualTo("{\"error\":\"not_found\",\"message\":\"no such health endpoint\"}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/health/ready/",
        "/health//ready",
        "//health/ready",
        "/health/ready?verbose=1",
        "/health/ready;v=1"
      })
  void spellingsOfAPathAnswerAlike(String path) throws Exception {
    assertThat(served.raw("GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
        .isEqualTo("HTTP/1.1 200");
    assertThat(manual.text(path)).isEqualTo(manual.text("/health/ready"));
  }

  @Test
  void http10WithoutHostIsAnswered() throws Exception {
    assertThat(served.raw("GET /health/live HTTP/1.0\r\n\r\n")).isEqualTo("HTTP/1.1 200");
  }

  @Test
  void theEngineTellsAnythingThatLooksLikeAPathApart() {
    assertThat(manual.status("")).isEqualTo(404);
    assertThat(manual.status("health")).isEqualTo(404);
    assertThat(manual.status("/health/../health/live")).isEqualTo(404);
    assertThat(manual.status("//health")).isEqualTo(200);
    assertThat(manual.engine.get("get", "/health").status()).isEqualTo(405);
  }
}
