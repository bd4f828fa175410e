package app.galion.reference;

import static app.galion.reference.RunningReference.caller;
import static org.assertj.core.api.Assertions.assertThat;

import app.galion.reference.RunningReference.Answer;
import app.galion.testkit.Await;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The operators' page: what it shows, and what its buttons do. */
class ConsoleTest {

  private static RunningReference api;

  @BeforeAll
  static void start() {
    api = RunningReference.start();
  }

  @AfterAll
  static void stop() {
    api.close();
  }

  private static Answer act(String action) {
    return api.request("POST", api.console() + "/actions/" + action)
        .header(ConsoleActions.HEADER, "1")
        .send();
  }

  private static String said(Answer answer) {
    assertThat(answer.status()).as(answer::text).isEqualTo(200);
    return answer.json().path("text").asText();
  }

  private static JsonNode status(int node) {
    JsonNode status = api.request("GET", api.console() + "/status").send().json();
    return status.path("nodes").path(node - 1);
  }

  @Test
  void pageNeedsNothingFromElsewhere() {
    Answer page = api.request("GET", api.console() + "/").send();

    assertThat(page.header("Content-Type")).startsWith("text/html");
    assertThat(page.text())
        .contains("galion", "Stampede a cold key", "Pause")
        .doesNotContain("http://", "https://", "@import");
  }

  @Test
  void statusTellsOfEveryNode() {
    String user = caller();
    api.get(2, "/api/v1/users/11").as(user).send();
    api.get(2, "/api/v1/users/11").as(user).send();
    for (int i = 0; i < 4; i++) {
      api.post(2, "/api/v1/auth/reset", "").from("203.0.113.77").send();
    }

    JsonNode second = status(2);

    assertThat(second.path("node").asText()).isEqualTo("2");
    assertThat(second.path("ready").asBoolean()).isTrue();
    assertThat(second.at("/caches/users/l1_hit_ratio").asDouble()).isPositive();
    assertThat(second.at("/circuits/openai-chat/state").asText()).isEqualTo("closed");
    assertThat(second.at("/checks/redis").asText()).isEqualTo("up");
    assertThat(second.at("/decisions/redis/admitted").asLong()).isPositive();
    assertThat(second.path("limits"))
        .filteredOn(limit -> limit.path("name").asText().equals("reset"))
        .allMatch(limit -> limit.path("denied").asLong() == 1)
        .hasSize(1);
  }

  @Test
  void aStampedeIsOneLoad() {
    assertThat(said(act("stampede"))).contains("100 requests at once", ": 1 load(s)");
  }

  @Test
  void anOverwriteIsSeenOnTheOtherNode() {
    assertThat(said(act("overwrite"))).contains("written on node 1", "node 2 showed it at request");
  }

  @Test
  void redisPausesAndResumes() {
    assertThat(said(act("redis/pause"))).contains("15 s");
    try {
      Await.until(
          "node 1 says so",
          Duration.ofSeconds(14),
          () -> !status(1).at("/checks/redis").asText().equals("up"));
    } finally {
      assertThat(said(act("redis/resume"))).contains("runs on");
    }
    Await.until(
        "Redis is back",
        Duration.ofSeconds(20),
        () -> status(1).at("/checks/redis").asText().equals("up"));
  }

  @Test
  void aVendorBreaksAndHeals() {
    said(act("vendors/openai-chat/broken"));
    assertThat(source("one")).isEqualTo("fallback");

    said(act("vendors/openai-chat/well"));
    assertThat(source("two")).isEqualTo("openai");
  }

  private static String source(String prompt) {
    return api.chat(1, prompt).as(caller()).send().json().path("source").asText();
  }

  @Test
  void aDrainedNodeIsNotReadyAndTheOtherIs() {
    try (RunningReference own = RunningReference.start()) {
      Answer answer =
          own.request("POST", own.console() + "/actions/nodes/2/drain")
              .header(ConsoleActions.HEADER, "1")
              .send();

      assertThat(said(answer)).contains("Node 2");
      assertThat(own.get(2, "/health/ready").send().status()).isEqualTo(503);
      assertThat(own.get(2, "/health/live").send().status()).isEqualTo(200);
      assertThat(own.get(1, "/health/ready").send().status()).isEqualTo(200);
    }
  }

  @Test
  void whatIsUnknownOrComesFromElsewhereIsRefused() {
    String actions = api.console() + "/actions/";

    assertThat(api.request("POST", actions + "stampede").send().status()).isEqualTo(403);
    assertThat(act("vendors/nobody/slow").status()).isEqualTo(404);
    assertThat(act("vendors/openai-chat/odd").status()).isEqualTo(404);
    assertThat(act("nodes/9/drain").status()).isEqualTo(404);
    assertThat(act("nothing").status()).isEqualTo(404);
    Answer get = api.request("GET", actions + "stampede").header(ConsoleActions.HEADER, "1").send();
    assertThat(get.status()).isEqualTo(405);
  }
}
