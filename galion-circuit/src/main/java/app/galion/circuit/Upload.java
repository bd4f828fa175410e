package app.galion.circuit;

import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.nio.ByteBuffer;
import java.util.concurrent.Flow;

/* The request's body; asking for it shows that there is a connection, taking it that it lives. */
final class Upload implements BodyPublisher {

  private final Exchange exchange;
  private final BodyPublisher body;

  private Upload(Exchange exchange, BodyPublisher body) {
    this.exchange = exchange;
    this.body = body;
  }

  static boolean seesConnect(HttpRequest request) {
    return !request.expectContinue()
        && request.bodyPublisher().filter(body -> body.contentLength() != 0).isPresent();
  }

  static HttpRequest watched(Exchange exchange, HttpRequest request) {
    return request
        .bodyPublisher()
        .map(
            body ->
                HttpRequest.newBuilder(request, (name, value) -> true)
                    .method(request.method(), new Upload(exchange, body))
                    .build())
        .orElse(request);
  }

  @Override
  public long contentLength() {
    return body.contentLength();
  }

  @Override
  public void subscribe(Flow.Subscriber<? super ByteBuffer> subscriber) {
    exchange.connected();
    body.subscribe(
        new Flow.Subscriber<>() {
          @Override
          public void onSubscribe(Flow.Subscription subscription) {
            subscriber.onSubscribe(subscription);
          }

          @Override
          public void onNext(ByteBuffer item) {
            exchange.uploaded();
            subscriber.onNext(item);
          }

          @Override
          public void onError(Throwable error) {
            subscriber.onError(error);
          }

          @Override
          public void onComplete() {
            subscriber.onComplete();
          }
        });
  }
}
