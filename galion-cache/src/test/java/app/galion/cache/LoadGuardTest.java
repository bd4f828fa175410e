package app.galion.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What a guard learns of the loads that it admits. */
class LoadGuardTest {
  final AtomicInteger successes = new AtomicInteger();
  final AtomicInteger failures = new AtomicInteger();
  final AtomicInteger ignored = new AtomicInteger();

  @Test
  void aFailureCountsOnceHoweverItIsWrapped() {
    try (TieredCache<String, String> cache =
        TieredCache.<String, String>builder("guarded", Codec.string())
            .guard(() -> new CountedPermit(successes, failures, ignored))
            .build()) {
      assertThatThrownBy(
              () ->
                  cache.get(
                      "k",
                      k -> {
                        throw new IOException("away");
                      }))
          .isInstanceOf(LoadException.class);
      assertThatThrownBy(
              () ->
                  cache.get(
                      "k",
                      k -> {
                        throw new CompletionException(new IOException("away"));
                      }))
          .hasRootCauseInstanceOf(IOException.class);
      assertThat(failures).hasValue(2);
      assertThat(cache.get("k", k -> "v")).isEqualTo("v");
      assertThat(successes).hasValue(1);
      assertThat(ignored).hasValue(0);
      assertThat(failures).hasValue(2);
    }
  }
}
