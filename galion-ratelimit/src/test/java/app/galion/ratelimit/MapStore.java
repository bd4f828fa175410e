package app.galion.ratelimit;

import app.galion.spi.Ticker;
import io.github.bucket4j.TimeMeter;
import io.github.bucket4j.distributed.proxy.AbstractProxyManagerBuilder;
import io.github.bucket4j.distributed.proxy.ClientSideConfig;
import io.github.bucket4j.distributed.proxy.generic.compare_and_swap.AbstractCompareAndSwapBasedProxyManager;
import io.github.bucket4j.distributed.proxy.generic.compare_and_swap.AsyncCompareAndSwapOperation;
import io.github.bucket4j.distributed.proxy.generic.compare_and_swap.CompareAndSwapOperation;
import io.github.bucket4j.distributed.remote.RemoteBucketState;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** A store for Bucket4j in a map, which can hang and fail, and notes for how long it would keep. */
final class MapStore extends AbstractCompareAndSwapBasedProxyManager<String> {

  private record Bytes(byte[] bytes) {
    @Override
    public boolean equals(Object other) {
      return other instanceof Bytes that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(bytes);
    }
  }

  private final Map<String, Bytes> values = new ConcurrentHashMap<>();
  final Map<String, Long> lives = new ConcurrentHashMap<>();
  final AtomicInteger begun = new AtomicInteger();
  volatile CountDownLatch gate = new CountDownLatch(0);
  volatile boolean broken;

  MapStore(ClientSideConfig config) {
    super(config);
  }

  static MapStore of(TimeMeter clock) {
    return new MapStore(ClientSideConfig.getDefault().withClientClock(clock));
  }

  /** On the clock of a limiter. */
  static MapStore of(Ticker ticker) {
    return of(
        new TimeMeter() {
          @Override
          public long currentTimeNanos() {
            return ticker.read();
          }

          @Override
          public boolean isWallClockBased() {
            return true;
          }
        });
  }

  static final class Builder extends AbstractProxyManagerBuilder<String, MapStore, Builder> {
    MapStore built;

    @Override
    public MapStore build() {
      built = new MapStore(getClientSideConfig());
      return built;
    }

    @Override
    public boolean isExpireAfterWriteSupported() {
      return true;
    }
  }

  java.util.Set<String> keys() {
    return values.keySet();
  }

  @Override
  protected CompareAndSwapOperation beginCompareAndSwapOperation(String key) {
    begun.incrementAndGet();
    try {
      gate.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    if (broken) {
      throw new IllegalStateException("the store is broken");
    }
    return new CompareAndSwapOperation() {
      @Override
      public Optional<byte[]> getStateData(Optional<Long> timeout) {
        return Optional.ofNullable(values.get(key)).map(Bytes::bytes);
      }

      @Override
      public boolean compareAndSwap(
          byte[] before, byte[] after, RemoteBucketState state, Optional<Long> timeout) {
        getClientSideConfig()
            .getExpirationAfterWriteStrategy()
            .ifPresent(
                life -> lives.put(key, life.calculateTimeToLiveMillis(state, currentTimeNanos())));
        return before == null
            ? values.putIfAbsent(key, new Bytes(after)) == null
            : values.replace(key, new Bytes(before), new Bytes(after));
      }
    };
  }

  @Override
  protected AsyncCompareAndSwapOperation beginAsyncCompareAndSwapOperation(String key) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void removeProxy(String key) {
    values.remove(key);
  }

  @Override
  protected CompletableFuture<Void> removeAsync(String key) {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean isExpireAfterWriteSupported() {
    return true;
  }

  @Override
  public boolean isAsyncModeSupported() {
    return false;
  }
}
