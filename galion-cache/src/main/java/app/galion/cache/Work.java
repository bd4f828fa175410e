package app.galion.cache;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** A load that is still to be begun, blocking or not. */
@FunctionalInterface
interface Work<V> {
  CompletableFuture<@Nullable V> begin(LoadContext<V> context) throws Exception;

  static <K, V> Work<V> of(Loader<? super K, ? extends V> loader, K key) {
    return context -> CompletableFuture.completedFuture(loader.load(key));
  }

  static <K, V> Work<V> of(ContextLoader<? super K, V> loader, K key) {
    return context -> CompletableFuture.completedFuture(loader.load(key, context));
  }

  static <K, V> Work<V> ofAsync(AsyncLoader<? super K, ? extends V> loader, K key) {
    return context -> {
      CompletableFuture<@Nullable V> end = new CompletableFuture<>();
      CompletionStage<? extends @Nullable V> stage = loader.load(key);
      if (stage == null) {
        throw new NullPointerException("the loader returned null instead of a stage");
      }
      stage.whenComplete(
          (value, error) -> {
            if (error == null) {
              end.complete(value);
            } else {
              end.completeExceptionally(error);
            }
          });
      return end;
    };
  }
}
