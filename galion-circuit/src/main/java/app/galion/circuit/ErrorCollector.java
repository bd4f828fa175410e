package app.galion.circuit;

import java.io.ByteArrayOutputStream;
import java.net.http.HttpHeaders;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.ResponseInfo;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/* The head of an error's body, for the classifier; what was asked for stays null. */
final class ErrorCollector<T> implements BodySubscriber<T> {

  private static final int MAX_BYTES = 64 * 1024;

  private final Exchange exchange;
  private final int status;
  private final HttpHeaders headers;
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(1024);
  private final CompletableFuture<T> done = new CompletableFuture<>();
  private Flow.@Nullable Subscription subscription;

  ErrorCollector(Exchange exchange, ResponseInfo info) {
    this.exchange = exchange;
    this.status = info.statusCode();
    this.headers = info.headers();
  }

  Verdict verdict() {
    byte[] head;
    synchronized (bytes) {
      head = bytes.toByteArray();
    }
    return exchange.classify(status, headers, head);
  }

  @Override
  public CompletionStage<T> getBody() {
    return done;
  }

  @Override
  public void onSubscribe(Flow.Subscription subscription) {
    this.subscription = subscription;
    exchange.subscribed(subscription);
    exchange.demanded();
    subscription.request(Long.MAX_VALUE);
  }

  @Override
  public void onNext(List<ByteBuffer> items) {
    exchange.received(true);
    int size;
    synchronized (bytes) {
      for (ByteBuffer item : items) {
        byte[] part = new byte[Math.min(item.remaining(), MAX_BYTES - bytes.size())];
        item.get(part);
        bytes.writeBytes(part);
      }
      size = bytes.size();
    }
    Flow.Subscription source = subscription;
    if (size >= MAX_BYTES && source != null) {
      source.cancel();
      onComplete();
    }
  }

  @Override
  public void onError(Throwable error) {
    onComplete(); // the status says enough
  }

  @Override
  public void onComplete() {
    exchange.settle(verdict());
    done.complete(null);
  }
}
