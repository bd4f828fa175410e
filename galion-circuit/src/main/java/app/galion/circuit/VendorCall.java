package app.galion.circuit;

import static java.util.Objects.requireNonNull;

import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.ResponseInfo;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One admitted call. It sends the request, watches connect, first byte, gap and total, closes the
 * exchange within 100 ms of a limit, an interrupt or a cancel, classifies what comes back, and
 * gives the circuit's permit back when the exchange is over.
 *
 * <p>One exchange at a time; the last one's result is the call's. The settings apply to what is
 * sent after them. Used by the thread that runs the work; {@link #cancel()} by any.
 */
public final class VendorCall {

  private final VendorCircuit circuit;
  private final Grant grant;
  private Duration firstByte;
  private Duration gap;
  private Duration total;
  private Duration deadline = Duration.ZERO;
  private volatile @Nullable Exchange exchange;
  private volatile boolean cancelled;

  VendorCall(VendorCircuit circuit, Grant grant) {
    this.circuit = circuit;
    this.grant = grant;
    StageTimes times = circuit.gate().profile.times;
    this.firstByte = times.firstByte();
    this.gap = times.gap();
    this.total = times.total();
  }

  /**
   * Sets how long the first byte of the answer may take, for this call. An answer that is not
   * streamed begins when the vendor has it all, so long ones need more than the profile's.
   *
   * @param limit above zero
   * @return this call
   * @throws IllegalArgumentException if the limit is not above zero
   */
  public VendorCall firstByte(Duration limit) {
    firstByte = Bounds.positive("firstByte", limit);
    return this;
  }

  /**
   * Sets the longest silence within the answer, for this call.
   *
   * @param limit at least zero; zero is no limit
   * @return this call
   * @throws IllegalArgumentException if the limit is negative
   */
  public VendorCall gap(Duration limit) {
    gap = Bounds.notNegative("gap", limit);
    return this;
  }

  /**
   * Sets how long the exchange may take in all, for this call. Counts against the vendor when it
   * passes without a whole answer, unless the answer is a stream that has begun.
   *
   * @param limit above zero
   * @return this call
   * @throws IllegalArgumentException if the limit is not above zero
   */
  public VendorCall total(Duration limit) {
    total = Bounds.positive("total", limit);
    return this;
  }

  /**
   * Sets how long the caller has. When that passes the exchange is closed with {@link
   * Outcome#DEADLINE}, which never counts against the vendor.
   *
   * @param left above zero
   * @return this call
   * @throws IllegalArgumentException if nothing is left
   */
  public VendorCall deadline(Duration left) {
    deadline = Bounds.positive("deadline", left);
    return this;
  }

  /**
   * Ends the call from wherever the caller's own end is noticed: closes a running exchange, and
   * refuses the next. Counts neither for nor against the vendor. May be called on any thread.
   */
  public void cancel() {
    cancelled = true;
    Exchange running = exchange;
    if (running != null) {
      running.abort(Verdict.of(Outcome.LOCAL, "cancelled by the caller"));
    }
  }

  /**
   * Returns the exception to throw when the content of an answer of status 200 shows a failure,
   * such as a refusal by the content policy.
   *
   * @param verdict what the content shows
   * @return a new exception
   */
  public VendorException failure(Verdict verdict) {
    return circuit.exception(requireNonNull(verdict, "verdict"), null);
  }

  /**
   * Sends a request and waits for the whole answer. A body handler that hands its body out early,
   * such as {@code ofInputStream}, is watched until the body's end all the same.
   *
   * @param client the client; not closed, and its own retries and timeouts should be off
   * @param request the request
   * @param handler what becomes of the body of a 2xx answer
   * @param <T> the body's type
   * @return the answer, its status 200 to 299
   * @throws VendorException on any other status, and when no whole answer came in time
   */
  public <T> HttpResponse<T> send(HttpClient client, HttpRequest request, BodyHandler<T> handler) {
    requireNonNull(handler, "handler");
    Exchange exchange = open(Exchange.Mode.WHOLE, request);
    return answer(exchange, client, request, handler::apply);
  }

  /**
   * Sends a request and returns its body while it comes, when its first byte is here. The stream
   * counts as whole when the vendor ended it properly. Reading it throws {@link
   * StreamBrokenException} should it break; closing it early closes the exchange.
   *
   * @param client the client; not closed
   * @param request the request
   * @return the body, to be read by one thread and closed
   * @throws VendorException if the vendor answered otherwise or began too late
   */
  public InputStream stream(HttpClient client, HttpRequest request) {
    Exchange exchange = open(Exchange.Mode.BYTES, request);
    PipeReader reader = pipe(exchange, client, request);
    VendorInputStream body = new VendorInputStream(reader);
    body.begin();
    return body;
  }

  /**
   * Sends a request and returns its server-sent events while they come, when the first is here. The
   * stream counts as whole after {@code [DONE]}, a {@code finish_reason} or {@code
   * response.completed}.
   *
   * @param client the client; not closed
   * @param request the request, which asks for a stream
   * @return the events, to be read by one thread and closed
   * @throws VendorException if the vendor answered otherwise, began too late, or began with an
   *     error
   */
  public EventStream events(HttpClient client, HttpRequest request) {
    Exchange exchange = open(Exchange.Mode.EVENTS, request);
    PipeReader reader = pipe(exchange, client, request);
    EventStream events = new EventStream(reader);
    events.begin();
    return events;
  }

  private PipeReader pipe(Exchange exchange, HttpClient client, HttpRequest request) {
    BodyPipe pipe = new BodyPipe();
    exchange.onClose(pipe::end);
    HttpResponse<BodyPipe> response = answer(exchange, client, request, info -> pipe);
    PipeReader reader = new PipeReader(circuit, exchange, pipe);
    String type = response.headers().firstValue("content-type").orElse("");
    if (type.startsWith("application/json")) {
      throw reader.errorInPlaceOfStream();
    }
    return reader;
  }

  private Exchange open(Exchange.Mode mode, HttpRequest request) {
    Exchange before = exchange;
    if (before != null && before.verdict() == null) {
      throw new IllegalStateException(
          circuit.id() + ": this call's exchange is not over; a call sends one at a time");
    }
    if (cancelled) {
      throw circuit.exception(Verdict.of(Outcome.LOCAL, "cancelled by the caller"), null);
    }
    Limits limits =
        new Limits(
            circuit.gate().profile.times.connect().toNanos(),
            firstByte.toNanos(),
            gap.toNanos(),
            total.toNanos(),
            deadline.toNanos());
    boolean seesConnect = Upload.seesConnect(requireNonNull(request, "request"));
    Exchange opened = new Exchange(mode, circuit, grant, limits, seesConnect);
    exchange = opened;
    if (cancelled) {
      cancel();
    }
    return opened;
  }

  private <T> HttpResponse<T> answer(
      Exchange exchange,
      HttpClient client,
      HttpRequest request,
      Function<ResponseInfo, BodySubscriber<T>> body) {
    BodyHandler<T> handler =
        info -> {
          int status = info.statusCode();
          if (status >= 200 && status < 300) {
            return new Metered<>(exchange, body.apply(info));
          }
          ErrorCollector<T> collector = new ErrorCollector<>(exchange, info);
          exchange.failing(collector);
          return collector;
        };
    try {
      CompletableFuture<HttpResponse<T>> future =
          client.sendAsync(Upload.watched(exchange, request), handler);
      exchange.started(future);
      HttpResponse<T> response = future.get();
      Verdict verdict = exchange.verdict();
      if (verdict != null && verdict.outcome() != Outcome.OK) {
        throw circuit.exception(verdict, null);
      }
      return response;
    } catch (InterruptedException e) {
      exchange.abort(Verdict.of(Outcome.LOCAL, "interrupted"));
      Thread.currentThread().interrupt();
      throw circuit.exception(settled(exchange), e);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      exchange.settle(ErrorVerdict.of(cause));
      throw circuit.exception(settled(exchange), cause);
    } catch (CancellationException e) {
      throw circuit.exception(settled(exchange), null);
    } catch (IllegalArgumentException e) {
      exchange.settle(ErrorVerdict.of(e)); // the client refused the request; it never left
      throw e;
    }
  }

  private static Verdict settled(Exchange exchange) {
    Verdict verdict = exchange.verdict();
    return verdict != null ? verdict : ErrorVerdict.IGNORED;
  }

  /* The work is done; the permit goes back now, or with the end of a stream that it handed out. */
  void returned() {
    Exchange last = exchange;
    if (last == null) {
      grant.success();
    } else {
      CompletableFuture<Void> unused = last.ended().thenAccept(grant::complete);
    }
  }

  void threw(Throwable error) {
    Exchange last = exchange;
    if (last == null) {
      grant.complete(ErrorVerdict.of(error));
      return;
    }
    last.abort(Verdict.of(Outcome.LOCAL, "the work failed: " + ErrorVerdict.text(error)));
    Verdict verdict = settled(last);
    if (verdict.outcome() == Outcome.OK) {
      verdict =
          error instanceof VendorException vendor
              ? vendor.verdict()
              : Verdict.of(Outcome.LOCAL, ErrorVerdict.text(error));
    }
    grant.complete(verdict);
  }
}
