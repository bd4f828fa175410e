package app.galion.cache;

import app.galion.spi.ComponentId;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;

/*
 * Which keys the loaders on this thread are loading. One that asks the same cache for such a key
 * would wait for itself, under its own lease, until the loader timeout. Loaders that wait for each
 * other on different threads are not seen; the timeout ends those.
 */
final class Recursion {
  private static final ThreadLocal<Set<Loading>> LOADING = new ThreadLocal<>();

  private record Loading(Recursion cache, String name) {}

  private final ComponentId id;

  Recursion(ComponentId id) {
    this.id = id;
  }

  void refuse(KeyName name) {
    Set<Loading> now = LOADING.get();
    if (now != null && now.contains(new Loading(this, name.text()))) {
      throw new IllegalStateException(
          id
              + ": the loader of key '"
              + name.text()
              + "' asks for that key again and would wait for itself; load it there instead");
    }
  }

  /** Runs a loader of some keys. */
  <T> T within(Collection<String> names, Callable<T> loader) throws Exception {
    Set<Loading> outer = LOADING.get();
    Set<Loading> all = outer == null ? new HashSet<>() : new HashSet<>(outer);
    names.forEach(name -> all.add(new Loading(this, name)));
    LOADING.set(all);
    try {
      return loader.call();
    } finally {
      if (outer == null) {
        LOADING.remove();
      } else {
        LOADING.set(outer);
      }
    }
  }

  <T> T within(String name, Callable<T> loader) throws Exception {
    return within(List.of(name), loader);
  }
}
