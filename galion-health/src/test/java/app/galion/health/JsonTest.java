package app.galion.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class JsonTest {

  @Test
  void whatCouldEndAStringIsEscaped() {
    assertThat(new Json().value("a\"b\\c\n\r\t\u0000\u001f\u007f"))
        .hasToString("\"a\\\"b\\\\c\\n\\r\\t\\u0000\\u001f\\u007f\"");
  }

  @Test
  void loneAndPairedSurrogatesAreWrittenAsAscii() {
    assertThat(new Json().value("\ud83d\ude00 \ud83d")).hasToString("\"\\ud83d\\ude00 \\ud83d\"");
  }

  @Test
  void numbersThatJsonDoesNotKnowAreNull() {
    assertThat(new Json().list(List.of(Double.NaN, Float.POSITIVE_INFINITY, 1.5, 7L, true)))
        .hasToString("[null,null,1.5,7,true]");
  }

  @Test
  void keysAreEscapedToo() {
    assertThat(new Json().map(Map.of("\"", "x"))).hasToString("{\"\\\"\":\"x\"}");
  }

  @Test
  void secondsHaveThreeDecimals() {
    assertThat(new Json().seconds(1_007)).hasToString("1.007");
    assertThat(new Json().seconds(-1)).hasToString("-1.999");
  }
}
