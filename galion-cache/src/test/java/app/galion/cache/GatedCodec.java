package app.galion.cache;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The codec of strings, which can be made to wait between Redis' answer and its use. */
final class GatedCodec implements Codec<String> {
  private final CompletableFuture<Void> reached = new CompletableFuture<>();
  private volatile @Nullable CompletableFuture<Void> gate;

  /** Makes the next decoding wait. */
  void close() {
    gate = new CompletableFuture<>();
  }

  void awaitCaller() {
    reached.orTimeout(Nodes.PATIENCE.toMillis(), TimeUnit.MILLISECONDS).join();
  }

  /** Lets it go on. */
  void open() {
    CompletableFuture<Void> closed = gate;
    if (closed != null) {
      gate = null;
      closed.complete(null);
    }
  }

  /** Lets it go on as if it had read nonsense. */
  void fail() {
    CompletableFuture<Void> closed = gate;
    if (closed != null) {
      gate = null;
      closed.completeExceptionally(new IllegalArgumentException("nonsense"));
    }
  }

  @Override
  public byte[] encode(String value) throws Exception {
    return Codec.string().encode(value);
  }

  @Override
  public String decode(byte[] bytes) throws Exception {
    CompletableFuture<Void> closed = gate;
    if (closed != null) {
      reached.complete(null);
      closed.join();
    }
    return Codec.string().decode(bytes);
  }

  @Override
  public Schema schema() {
    return Codec.string().schema();
  }
}
