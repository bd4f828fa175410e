package app.galion.circuit;

import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicLong;

/* Tells the exchange what its body does, and leaves the body to who asked for it. */
final class Metered<T> implements BodySubscriber<T> {

  private final Exchange exchange;
  private final BodySubscriber<T> subscriber;
  private final AtomicLong demand = new AtomicLong();
  private boolean empty = true;

  Metered(Exchange exchange, BodySubscriber<T> subscriber) {
    this.exchange = exchange;
    this.subscriber = subscriber;
  }

  @Override
  public CompletionStage<T> getBody() {
    return subscriber.getBody();
  }

  @Override
  public void onSubscribe(Flow.Subscription subscription) {
    exchange.subscribed(subscription);
    subscriber.onSubscribe(
        new Flow.Subscription() {
          @Override
          public void request(long n) {
            demand.accumulateAndGet(n, (a, b) -> a + b < 0 ? Long.MAX_VALUE : a + b);
            exchange.demanded();
            subscription.request(n);
          }

          @Override
          public void cancel() {
            subscription.cancel();
            exchange.abort(Verdict.of(Outcome.LOCAL, "the reader cancelled the body"));
          }
        });
  }

  @Override
  public void onNext(List<ByteBuffer> items) {
    if (demand.updateAndGet(n -> n == Long.MAX_VALUE ? n : n - 1) == 0) {
      exchange.undemanded();
    }
    boolean content = hasContent(items);
    empty &= !content;
    exchange.received(content);
    subscriber.onNext(items);
  }

  private boolean hasContent(List<ByteBuffer> items) {
    for (ByteBuffer item : items) {
      if (exchange.mode == Exchange.Mode.EVENTS ? moreThanComment(item) : item.hasRemaining()) {
        return true;
      }
    }
    return false;
  }

  /* Comments keep a connection alive and are not the answer's beginning. */
  private static boolean moreThanComment(ByteBuffer item) {
    boolean lineStart = true;
    for (int i = item.position(); i < item.limit(); i++) {
      byte b = item.get(i);
      boolean lineEnd = b == '\n' || b == '\r';
      if (lineStart && !lineEnd && b != ':') {
        return true;
      }
      lineStart = lineEnd;
    }
    return false;
  }

  @Override
  public void onError(Throwable error) {
    exchange.bodyFailed(error);
    subscriber.onError(error);
  }

  @Override
  public void onComplete() {
    exchange.bodyComplete(empty);
    subscriber.onComplete();
  }
}
