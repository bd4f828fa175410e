package app.galion.circuit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SecretsTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Incorrect API key provided: sk-proj-Ab_12345678. See https://x | Incorrect API key"
            + " provided: sk-**** See https://x",
        "key sk_0123456789abcdef0123456789abcdef0123456789abcdef is off | key sk_**** is off",
        "Authorization: Bearer eyJhbGciOiJIUzI1NiJ9.e30.x failed | Authorization: Bearer ****"
            + " failed",
        "GET /v1?api_key=Hunter2Hunter2&x=1 | GET /v1?api_key=****&x=1",
        "xi-api-key 0123456789abcdef0123456789ABCDEF | xi-api-key ****"
      })
  void masksWhatLooksLikeAKey(String said, String shown) {
    assertThat(Secrets.masked(said)).isEqualTo(shown);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "You exceeded your current quota",
        "Rate limit reached for gpt-4o in organization org-abc on tokens per min",
        "request req_0123456789abcdef0123456789abcdef",
        "a risk-free task, asked"
      })
  void leavesTheRestAsItIs(String said) {
    assertThat(Secrets.masked(said)).isEqualTo(said);
  }

  @Test
  void isLinearInWhatAVendorMaySend() {
    assertThat(Secrets.masked("f".repeat(65_536) + "!")).isEqualTo("****!");
    assertThat(Secrets.masked("sk-".repeat(20_000))).isEqualTo("sk-****");
  }
}
