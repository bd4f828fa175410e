package app.galion.circuit;

import static org.assertj.core.api.Assertions.assertThat;

import app.galion.spi.StaleSource;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.Test;

/** The code of the README, before a vendor whose port refuses. */
class ReadmeTest {

  @Test
  void degradesWhenTheVendorIsAway() {
    HttpClient http = HttpClient.newHttpClient();
    HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:1/")).build();
    StaleSource<String, String> lastAnswers = StaleSource.none();
    String key = "question";

    VendorCircuit chat = VendorCircuit.builder("openai-chat", VendorProfile.openAiChat()).build();

    Answer<String> answer =
        chat.call(call -> call.send(http, request, BodyHandlers.ofString()).body())
            .orStale(lastAnswers, key)
            .orDegraded(reason -> "The assistant is away; please try again later.");

    answer.source(); // LIVE, STALE or DEGRADED, with age(), reason() and retryAt()

    assertThat(answer.source()).isEqualTo(Answer.Source.DEGRADED);
  }
}
