package app.galion.benchmarks;

import app.galion.benchmarks.Classify.Classifier;
import app.galion.circuit.OutcomeProfile;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpHeaders;
import java.util.List;
import java.util.Map;

/** Who answers {@link Classify}. */
public enum ClassifyContender implements Contender {
  /** Nothing is read: what the harness itself costs. */
  NOTHING("no-op") {
    @Override
    Classifier open() {
      return body -> body;
    }
  },
  /** Not a classifier: the least that a service does which looks for the code by itself. */
  JACKSON("Jackson tree, the code alone") {
    @Override
    Classifier open() {
      ObjectMapper json = new ObjectMapper();
      return body -> json.readTree(body).at("/error/code").asText();
    }
  },
  /** galion's table of OpenAI's errors, with what the headers say. */
  GALION("galion") {
    @Override
    Classifier open() {
      OutcomeProfile profile = OutcomeProfile.openAi();
      HttpHeaders headers =
          HttpHeaders.of(
              Map.of(
                  "content-type", List.of("application/json"),
                  "retry-after", List.of("20"),
                  "x-request-id", List.of("req_7f3a")),
              (name, value) -> true);
      return body -> profile.classify(429, headers, body);
    }
  };

  private final String label;

  ClassifyContender(String label) {
    this.label = label;
  }

  @Override
  public String label() {
    return label;
  }

  abstract Classifier open();
}
