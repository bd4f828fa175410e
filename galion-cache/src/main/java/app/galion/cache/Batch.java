package app.galion.cache;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/*
 * The loads of one getAll. Each key flies on its own, all on the calling thread, so that their
 * commands go out together; a key that has come to be loaded waits here, until no other key of the
 * call can still come: then all are loaded at once.
 */
final class Batch<K, V> {
  private final BulkLoader<K, V> loader;
  private final Recursion recursion;
  private final Map<K, String> names = new HashMap<>();
  private final Thread caller = Thread.currentThread();
  private final List<Flight<V>> flights = new ArrayList<>();
  private final Map<K, CompletableFuture<@Nullable V>> asked = new LinkedHashMap<>();

  Batch(BulkLoader<K, V> loader, Recursion recursion) {
    this.loader = loader;
    this.recursion = recursion;
  }

  void add(Flight<V> flight) {
    flights.add(flight);
  }

  Work<V> work(K key, KeyName name) {
    names.put(key, name.text());
    return context -> {
      if (Thread.currentThread() != caller) {
        return CompletableFuture.completedFuture(load(Set.of(key)).get(key));
      }
      CompletableFuture<@Nullable V> loaded = new CompletableFuture<>();
      asked.put(key, loaded);
      return loaded;
    };
  }

  void loadIfComplete() {
    if (asked.isEmpty() || asked.size() < flights.stream().filter(Flight::mayLoad).count()) {
      return;
    }
    Map<K, CompletableFuture<@Nullable V>> batch = new LinkedHashMap<>(asked);
    asked.clear();
    try {
      Set<K> keys = Set.copyOf(batch.keySet());
      Map<? extends K, ? extends V> loaded = recursion.within(namesOf(keys), () -> load(keys));
      batch.forEach((key, end) -> end.complete(loaded.get(key)));
    } catch (Throwable e) {
      if (e instanceof InterruptedException) {
        caller.interrupt();
      }
      batch.values().forEach(end -> end.completeExceptionally(e));
    }
  }

  private Map<? extends K, ? extends V> load(Set<K> keys) throws Exception {
    Map<? extends K, ? extends V> loaded = loader.loadAll(keys);
    if (loaded == null) {
      throw new NullPointerException("the bulk loader returned null instead of a map");
    }
    return loaded;
  }

  private List<String> namesOf(Set<K> keys) {
    List<String> found = new ArrayList<>();
    for (K key : keys) {
      String name = names.get(key);
      if (name != null) {
        found.add(name);
      }
    }
    return found;
  }
}
