package app.galion.benchmarks;

import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A cache whose values are in Redis and are read from there each time. */
interface RemoteCache extends AutoCloseable {
  /** Holds nothing. */
  RemoteCache NOTHING =
      new RemoteCache() {
        @Override
        public void put(String key, String value) {}

        @Override
        public @Nullable String get(String key) {
          return null;
        }

        @Override
        public Map<String, String> getAll(Set<String> keys) {
          return Map.of();
        }

        @Override
        public void close() {}
      };

  void put(String key, String value);

  @Nullable String get(String key);

  Map<String, String> getAll(Set<String> keys);

  @Override
  void close();
}
