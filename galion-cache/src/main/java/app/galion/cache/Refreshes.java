package app.galion.cache;

import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;

/** Loads in the background, at most one a key: of what is stale, or will be soon. */
@SuppressWarnings("FutureReturnValueIgnored") // errors are counted where they are seen
final class Refreshes<K, V> {
  private final CacheCore<K, V> core;
  private final Set<String> underWay = ConcurrentHashMap.newKeySet();

  Refreshes(CacheCore<K, V> core) {
    this.core = core;
  }

  /**
   * Refreshes what is served meanwhile; Redis is looked up first, the lease is one of all nodes.
   *
   * @param options of the call that is served: one that skips the local tier leaves nothing there
   */
  void start(K key, KeyName name, Work<V> work, ReadOptions options, Previous<V> replaced) {
    if (core.closed || !underWay.add(name.text())) {
      return;
    }
    core.counters.refreshes.increment();
    try {
      core.executor.execute(() -> run(key, name, work, options, replaced));
    } catch (RejectedExecutionException e) {
      underWay.remove(name.text());
    }
  }

  int size() {
    return underWay.size();
  }

  private void run(K key, KeyName name, Work<V> work, ReadOptions options, Previous<V> replaced) {
    Flight<V> flight = new Flight<>();
    Call<K, V> call =
        new Call<>(core, key, name, core.bucket(name), work, options, core.executor, flight, null);
    flight.result.whenComplete((answer, error) -> underWay.remove(name.text()));
    CompletableFuture<Answer<V>> end;
    try {
      end = load(call, replaced);
    } catch (Throwable e) {
      end = CompletableFuture.failedFuture(e);
    }
    end.whenComplete(
        (answer, error) -> {
          flight.close();
          flight.end(answer, error);
        });
  }

  private CompletableFuture<Answer<V>> load(Call<K, V> call, Previous<V> replaced) {
    Loads<K, V> loads = new Loads<>(call);
    loads.previous(replaced);
    Remote remote = core.remote;
    return remote == null || core.loadThrough(call.bucket(), call.name().text())
        ? loads.alone(true)
        : new Fetch<>(call, remote, loads, Fetch.Mode.REFRESH).acquire(replaced.id());
  }
}
