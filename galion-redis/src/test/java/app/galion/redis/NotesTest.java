package app.galion.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class NotesTest {

  @Test
  void readsWhatItWrote() {
    Map<String, String> notes = Map.of("a:1", "2:b", "long", "x".repeat(1024), "ünï", "😀");
    assertThat(Notes.read(Notes.write(notes))).isEqualTo(notes);
    assertThat(Notes.write(Map.of())).isEmpty();
  }

  @Test
  void leavesOutWhatItDoesNotUnderstand() {
    for (String strange : new String[] {"x", "1", "1:", ":", "9:a", "1:a", "1:a5:b", "-1:a1:b"}) {
      assertThat(Notes.read(strange)).as(strange).isEmpty();
    }
    assertThat(Notes.read("1:a1:bXX")).isEqualTo(Map.of("a", "b"));
  }
}
