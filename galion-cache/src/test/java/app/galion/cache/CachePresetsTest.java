package app.galion.cache;

import static org.assertj.core.api.Assertions.assertThat;

import app.galion.testkit.FakeTicker;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

class CachePresetsTest {
  static final Codec<String> TEXT = Codec.string();

  record Preset(TieredCacheBuilder<String, String> builder, String name, Duration fresh) {}

  static final List<Preset> PRESETS =
      List.of(
          new Preset(CachePresets.userProfiles(TEXT), "user-profile", Duration.ofMinutes(5)),
          new Preset(CachePresets.sessions(TEXT), "user-session", Duration.ofHours(24)),
          new Preset(CachePresets.permissions(TEXT), "user-permissions", Duration.ofMinutes(15)),
          new Preset(CachePresets.taskDetails(TEXT), "task-detail", Duration.ofMinutes(1)),
          new Preset(CachePresets.taskLists(TEXT), "task-list", Duration.ofSeconds(30)),
          new Preset(CachePresets.projectTasks(TEXT), "project-tasks", Duration.ofMinutes(1)),
          new Preset(CachePresets.conversations(TEXT), "conversation", Duration.ofMinutes(5)),
          new Preset(
              CachePresets.conversationHistories(TEXT),
              "conversation-history",
              Duration.ofHours(1)),
          new Preset(CachePresets.standard("mine", TEXT), "mine", Duration.ofMinutes(5)));

  @ParameterizedTest
  @FieldSource("PRESETS")
  void keepsAValueFreshForItsTimeAndNoLonger(Preset preset) {
    FakeTicker ticker = new FakeTicker();
    AtomicInteger loads = new AtomicInteger();
    try (TieredCache<String, String> cache =
        preset.builder.ticker(ticker).jitter(0).localFor(preset.fresh).build()) {
      assertThat(cache).hasToString("cache '" + preset.name + "'");
      cache.get("k", k -> "v" + loads.incrementAndGet());
      ticker.advance(preset.fresh.minusMillis(1));
      assertThat(cache.get("k", k -> "v" + loads.incrementAndGet())).isEqualTo("v1");
      ticker.advance(Duration.ofMillis(1));
      assertThat(cache.get("k", k -> "v" + loads.incrementAndGet())).isEqualTo("v2");
    }
  }
}
